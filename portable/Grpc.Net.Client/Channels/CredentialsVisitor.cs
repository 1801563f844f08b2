using Grpc.Core;

namespace Grpc.Net.Client.Channels;

/// <summary>Reads channel and call credentials.</summary>
internal sealed class CredentialsVisitor : ChannelCredentialsConfiguratorBase
{
    public bool? IsSecure { get; private set; }

    public List<CallCredentials> CallCredentials { get; } = [];

    public override void SetInsecureCredentials(object state) => IsSecure = false;

    public override void SetSslCredentials(
        object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        if (rootCertificates is not null || keyCertificatePair is not null || verifyPeerCallback is not null)
        {
            throw new InvalidOperationException(
                "SslCredentials with arguments are not supported by GrpcChannel: set certificates on GrpcChannelOptions.HttpHandler.");
        }

        IsSecure = true;
    }

    public override void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        channelCredentials.InternalPopulateConfiguration(this, state);
        CallCredentials.Add(callCredentials);
    }

    /// <summary>Gives the callbacks that call credentials consist of, in order.</summary>
    public static IReadOnlyList<AsyncAuthInterceptor> Interceptors(IEnumerable<CallCredentials> credentials)
    {
        var found = new List<AsyncAuthInterceptor>();
        var collector = new InterceptorCollector();
        foreach (var part in credentials)
            part.InternalPopulateConfiguration(collector, found);
        return found;
    }

    private sealed class InterceptorCollector : CallCredentialsConfiguratorBase
    {
        public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials)
        {
            foreach (var part in credentials)
                part.InternalPopulateConfiguration(this, state);
        }

        public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) =>
            ((List<AsyncAuthInterceptor>)state!).Add(interceptor);
    }
}
