namespace Grpc.Core;

/// <summary>What an <see cref="AsyncAuthInterceptor"/> learns about the call it authenticates.</summary>
public class AuthInterceptorContext
{
    /// <summary>Creates a context that cannot be cancelled.</summary>
    /// <param name="serviceUrl">Address of the service: scheme, authority and service name.</param>
    /// <param name="methodName">Name of the called method.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>Creates a context.</summary>
    /// <param name="serviceUrl">Address of the service: scheme, authority and service name.</param>
    /// <param name="methodName">Name of the called method.</param>
    /// <param name="cancellationToken">Cancelled together with the call.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    /// <summary>Address of the service: scheme, authority and service name.</summary>
    public string ServiceUrl { get; }

    /// <summary>Name of the called method.</summary>
    public string MethodName { get; }

    /// <summary>Cancelled together with the call.</summary>
    public CancellationToken CancellationToken { get; }
}
