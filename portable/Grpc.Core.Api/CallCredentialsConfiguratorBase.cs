namespace Grpc.Core;

/// <summary>Visitor over the kinds of <see cref="CallCredentials"/>; implemented by the transport.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>Visits joined credentials.</summary>
    /// <param name="state">State of the visit.</param>
    /// <param name="credentials">The parts, in order.</param>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>Visits credentials that are a callback.</summary>
    /// <param name="state">State of the visit.</param>
    /// <param name="interceptor">The callback.</param>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
