namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Which bearer tokens are believed; configuration section "Auth:Tokens". Without a key set none are.</summary>
public sealed class TokenOptions
{
    private static readonly TimeSpan LongestSkew = TimeSpan.FromMinutes(10);

    /// <summary>JSON file with the issuer's public keys (a JWKS); read again when it changes. RSA keys of 2048 bits or more, and P-256.</summary>
    public string? KeySetPath { get; set; }

    /// <summary>The issuer that tokens must name.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>The audience that tokens must name.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The claim that names the caller.</summary>
    public string CallerClaim { get; set; } = "sub";

    /// <summary>How far clocks may differ, 0 to 10 min.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(1);

    internal bool IsValid => KeySetPath is null
        || (Issuer.Length > 0 && Audience.Length > 0 && CallerClaim.Length > 0 && ClockSkew >= TimeSpan.Zero && ClockSkew <= LongestSkew);
}
