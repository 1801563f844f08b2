namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>Where a service listens; configuration section "Endpoints".</summary>
public sealed class EndpointOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Endpoints";

    /// <summary>Address to bind, or "*" for all, of IPv6 too where the system has it. Default: loopback, so that nothing is exposed unasked.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of the gRPC endpoint (HTTP/2 only), 0 to 65535; 0 takes a free one. The default is the service's own.</summary>
    public int GrpcPort { get; set; }

    /// <summary>Port for health and metrics (HTTP/1.1), 0 to 65535; 0 takes a free one. The default is the service's own.</summary>
    public int HttpPort { get; set; }

    /// <summary>PEM file with the certificate chain; when set, the gRPC endpoint speaks TLS, else cleartext HTTP/2.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>PEM file with the authorities of clients' certificates; when set, only clients with a certificate of theirs can connect.</summary>
    public string? ClientCaPath { get; set; }
}
