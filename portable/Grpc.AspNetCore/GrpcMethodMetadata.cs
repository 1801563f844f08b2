using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Endpoint metadata: the method that the endpoint serves.</summary>
public sealed class GrpcMethodMetadata
{
    /// <summary>Creates the metadata.</summary>
    /// <param name="serviceType">The class that implements the service.</param>
    /// <param name="method">The method.</param>
    public GrpcMethodMetadata(Type serviceType, IMethod method)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        ArgumentNullException.ThrowIfNull(method);
        ServiceType = serviceType;
        Method = method;
    }

    /// <summary>The class that implements the service.</summary>
    public Type ServiceType { get; }

    /// <summary>The method.</summary>
    public IMethod Method { get; }
}
