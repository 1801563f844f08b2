using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>A certificate for loopback that is its own authority.</summary>
internal static class ServerCertificate
{
    private const int Days = 90;

    /// <summary>Writes certificate and key into a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="end">When it expires; null for in some months.</param>
    public static (string Path, string KeyPath) Write(TempFolder folder, DateTimeOffset? end = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=videograin-tests", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), end ?? now.AddDays(Days));
        var (path, keyPath) = (folder.At("server.pem"), folder.At("server.key"));
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return (path, keyPath);
    }
}
