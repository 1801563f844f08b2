using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>The authorities whose certificates are believed, and no others: the system's do not count.</summary>
public sealed class CertificateAuthorities
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");
    private readonly X509Certificate2Collection _certificates;

    private CertificateAuthorities(X509Certificate2Collection certificates) => _certificates = certificates;

    /// <summary>When the first of them expires.</summary>
    public DateTimeOffset ExpiresAt => _certificates.Min(certificate => certificate.NotAfter);

    /// <summary>Reads a PEM text.</summary>
    /// <exception cref="CryptographicException">The text holds no certificate.</exception>
    public static CertificateAuthorities FromPem(string text)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        return certificates.Count > 0 ? new CertificateAuthorities(certificates) : throw new CryptographicException("holds no certificate");
    }

    /// <summary>Whether a client's certificate leads to an authority, has not expired, and is meant for clients.</summary>
    public bool AcceptsClient(X509Certificate? certificate, X509Chain? sent) => Accepts(certificate, sent, ClientAuthentication);

    /// <summary>Whether a server's certificate leads to an authority, has not expired, is meant for servers, and names the host that was called.</summary>
    public bool AcceptsServer(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors) =>
        (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0 && Accepts(certificate, sent, ServerAuthentication);

    private bool Accepts(X509Certificate? certificate, X509Chain? sent, Oid usage)
    {
        if (certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_certificates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(usage);
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(element => element.Certificate).ToArray());
        return chain.Build(leaf);
    }
}
