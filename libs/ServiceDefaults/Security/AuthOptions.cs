namespace VideoGrain.ServiceDefaults.Security;

/// <summary>
/// Who may call; configuration section "Auth". Without keys, tokens or client certificates every call is allowed and anonymous; off loopback that has to be
/// said explicitly.
/// </summary>
public sealed class AuthOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Auth";

    /// <summary>Separates the kind of a credential from the name in it; names in the configuration cannot hold it, so that kinds never mix.</summary>
    public const char KindSeparator = ':';

    /// <summary>Whether everybody may call on an address that is not loopback.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>The callers with keys, by name.</summary>
    public Dictionary<string, CallerCredential> Callers { get; } = [];

    /// <summary>Bearer tokens.</summary>
    public TokenOptions Tokens { get; } = new();

    /// <summary>Client certificates.</summary>
    public CertificateCallerOptions Certificates { get; } = new();

    /// <summary>Whether callers have to show something.</summary>
    /// <param name="asksForCertificates">Whether the endpoint asks clients for certificates.</param>
    internal bool IsOn(bool asksForCertificates) => Callers.Count > 0 || Tokens.KeySetPath is not null || asksForCertificates;
}
