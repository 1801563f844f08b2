using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>A certificate authority that lives as long as a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly string _folder = Directory.CreateTempSubdirectory("videograin-ca-").FullName;
    private int _serial;

    public TestAuthority(string name = "test authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(300));
        File.WriteAllText(Path, _certificate.ExportCertificatePem());
    }

    public string Path => System.IO.Path.Combine(_folder, "ca.pem");

    /// <summary>Issues a certificate and writes it with its key.</summary>
    public (string Path, string KeyPath, X509Certificate2 Certificate) Issue(string file, string name, string usage, DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var issued = request.Create(
            _certificate, DateTimeOffset.UtcNow.AddDays(-2) < _certificate.NotBefore ? _certificate.NotBefore : DateTimeOffset.UtcNow.AddDays(-2),
            notAfter ?? DateTimeOffset.UtcNow.AddDays(30), BitConverter.GetBytes(++_serial));
        var (path, keyPath) = (System.IO.Path.Combine(_folder, file + ".pem"), System.IO.Path.Combine(_folder, file + ".key"));
        File.WriteAllText(path, issued.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        using var whole = issued.CopyWithPrivateKey(key);
        return (path, keyPath, X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null));
    }

    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
