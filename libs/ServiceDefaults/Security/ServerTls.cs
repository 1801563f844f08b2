using System.Net.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>TLS of the gRPC endpoint; with authorities for clients, whoever has no certificate of theirs cannot connect.</summary>
internal static class ServerTls
{
    private const string CertificatePurpose = "server";
    private const string AuthoritiesPurpose = "client_ca";

    /// <summary>Makes an endpoint speak TLS; rotated files count from the next connection on.</summary>
    /// <exception cref="InvalidOperationException">A file cannot be used.</exception>
    public static void Use(ListenOptions listen, EndpointOptions options, CertificateWatch certificates)
    {
        var path = options.CertificatePath!;
        var own = certificates.Watch(CertificatePurpose, path, options.CertificateKeyPath ?? path);
        var authorities = options.ClientCaPath is { } ca ? certificates.WatchAuthorities(AuthoritiesPurpose, ca) : null;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = own.Current.Context,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                ClientCertificateRequired = authorities is not null,
                RemoteCertificateValidationCallback = authorities is null
                    ? null
                    : (_, certificate, chain, _) => authorities.Current.AcceptsClient(certificate, chain),
            }),
        });
    }
}
