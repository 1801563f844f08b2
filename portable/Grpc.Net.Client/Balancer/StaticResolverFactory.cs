namespace Grpc.Net.Client.Balancer;

/// <summary>Resolves addresses of the scheme static through a callback, once.</summary>
public sealed class StaticResolverFactory : ResolverFactory
{
    private readonly Func<Uri, IEnumerable<BalancerAddress>> _addressesCallback;

    /// <summary>Creates a factory.</summary>
    /// <param name="addressesCallback">Gives the addresses of a channel's address.</param>
    public StaticResolverFactory(Func<Uri, IEnumerable<BalancerAddress>> addressesCallback)
    {
        ArgumentNullException.ThrowIfNull(addressesCallback);
        _addressesCallback = addressesCallback;
    }

    /// <inheritdoc/>
    public override string Name => "static";

    /// <inheritdoc/>
    public override Resolver Create(ResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new StaticResolver([.. _addressesCallback(options.Address)]);
    }
}
