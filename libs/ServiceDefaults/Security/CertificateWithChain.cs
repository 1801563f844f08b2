using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>A certificate with its key and the certificates that lead to its authority.</summary>
public sealed class CertificateWithChain
{
    private CertificateWithChain(X509Certificate2 leaf, SslStreamCertificateContext context) => (Leaf, Context) = (leaf, context);

    /// <summary>The certificate, with its key.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>Certificate and chain as TLS sends them.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Reads PEM texts.</summary>
    /// <param name="chain">The certificate, then those that lead to the authority.</param>
    /// <param name="key">The private key.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The texts hold no certificate and its key.</exception>
    public static CertificateWithChain FromPem(string chain, string key)
    {
        using var certificate = X509Certificate2.CreateFromPem(chain, key);

        // A key loaded from PEM is not usable for TLS on every platform until it has been through PKCS #12.
        var leaf = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        return new CertificateWithChain(leaf, SslStreamCertificateContext.Create(leaf, [.. all.Skip(1)], offline: true));
    }
}
