namespace Grpc.Core;

/// <summary>Visitor over the kinds of <see cref="ChannelCredentials"/>; implemented by the transport.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>Visits credentials without security.</summary>
    /// <param name="state">State of the visit.</param>
    public abstract void SetInsecureCredentials(object state);

    /// <summary>Visits TLS credentials.</summary>
    /// <param name="state">State of the visit.</param>
    /// <param name="rootCertificates">PEM roots to trust; null for the machine's.</param>
    /// <param name="keyCertificatePair">Client certificate; null for none.</param>
    /// <param name="verifyPeerCallback">Extra check of the server; null for none.</param>
    public abstract void SetSslCredentials(
        object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>Visits channel credentials joined with call credentials.</summary>
    /// <param name="state">State of the visit.</param>
    /// <param name="channelCredentials">Security of the connections.</param>
    /// <param name="callCredentials">Credentials of every call.</param>
    public abstract void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
