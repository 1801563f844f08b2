namespace Grpc.Core;

/// <summary>A certificate chain with its private key, both PEM.</summary>
public sealed class KeyCertificatePair
{
    /// <summary>Creates a pair.</summary>
    /// <param name="certificateChain">PEM certificates, leaf first.</param>
    /// <param name="privateKey">PEM private key of the leaf.</param>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>PEM certificates, leaf first.</summary>
    public string CertificateChain { get; }

    /// <summary>PEM private key of the leaf.</summary>
    public string PrivateKey { get; }
}
