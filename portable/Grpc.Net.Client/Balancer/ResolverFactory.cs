namespace Grpc.Net.Client.Balancer;

/// <summary>Creates the resolvers of one address scheme. Factories are found in the channel's service provider.</summary>
public abstract class ResolverFactory
{
    /// <summary>The scheme, such as dns.</summary>
    public abstract string Name { get; }

    /// <summary>Creates a resolver.</summary>
    /// <param name="options">The address to resolve.</param>
    /// <returns>The resolver.</returns>
    public abstract Resolver Create(ResolverOptions options);
}
