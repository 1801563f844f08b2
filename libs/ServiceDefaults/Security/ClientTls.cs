using System.Net.Security;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>How this service shows itself to others and whom it believes; rotated files count from the next connection on.</summary>
public sealed class ClientTls
{
    private const string CertificatePurpose = "client";
    private const string AuthoritiesPurpose = "server_ca";
    private readonly ReloadingFile<CertificateAuthorities>? _authorities;
    private readonly ReloadingFile<CertificateWithChain>? _certificate;

    /// <summary>Reads the files.</summary>
    /// <param name="caPath">PEM file with the authorities to believe; null for the system's.</param>
    /// <param name="certificatePath">PEM file with the certificate to show; null for none.</param>
    /// <param name="keyPath">PEM file with its key.</param>
    /// <param name="certificates">Watches the files.</param>
    /// <exception cref="InvalidOperationException">A file cannot be used.</exception>
    public ClientTls(string? caPath, string? certificatePath, string? keyPath, CertificateWatch certificates)
    {
        _authorities = caPath is null ? null : certificates.WatchAuthorities(AuthoritiesPurpose, caPath);
        _certificate = certificatePath is null ? null : certificates.Watch(CertificatePurpose, certificatePath, keyPath ?? certificatePath);
    }

    /// <summary>Puts both into the options of a handler.</summary>
    public void Apply(SslClientAuthenticationOptions options)
    {
        if (_authorities is { } authorities)
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => authorities.Current.AcceptsServer(certificate, chain, errors);
        if (_certificate is { } own)
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => own.Current.Leaf;
    }
}
