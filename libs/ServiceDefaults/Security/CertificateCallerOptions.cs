namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Which certificates name a caller; configuration section "Auth:Certificates". Counts where the endpoint asks clients for certificates.</summary>
public sealed class CertificateCallerOptions
{
    /// <summary>Names (DNS alternative names, else the common name) that may call; empty for every certificate of the authorities.</summary>
    public IList<string> Names { get; } = [];
}
