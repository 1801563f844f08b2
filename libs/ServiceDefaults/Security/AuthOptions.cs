namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Who may call; configuration section "Auth". Without callers every call is allowed and anonymous.</summary>
public sealed class AuthOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Auth";

    /// <summary>The callers, by name. Empty switches authentication off.</summary>
    public Dictionary<string, CallerCredential> Callers { get; } = [];
}
