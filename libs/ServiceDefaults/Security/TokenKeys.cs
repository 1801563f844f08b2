using Microsoft.IdentityModel.Tokens;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>The public keys of a key set that signatures may be made with. Symmetric keys and weak ones do not count, whatever the set says.</summary>
internal sealed class TokenKeys
{
    private const int MinRsaBits = 2048;
    private const string SignatureUse = "sig";
    private readonly Dictionary<string, JsonWebKey> _keys;

    private TokenKeys(Dictionary<string, JsonWebKey> keys) => _keys = keys;

    /// <summary>Reads a JWKS.</summary>
    /// <exception cref="FormatException">The text is no JWKS or holds no usable key.</exception>
    public static TokenKeys Parse(string json)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(json);
        }
        catch (Exception exception) when (exception is ArgumentException or System.Text.Json.JsonException)
        {
            throw new FormatException("is no JSON Web Key Set", exception);
        }

        Dictionary<string, JsonWebKey> keys = new(StringComparer.Ordinal);
        foreach (var key in set.Keys.Where(key => !string.IsNullOrEmpty(key.Kid) && key.Use is null or "" or SignatureUse && AlgorithmOf(key) is { } algorithm && (key.Alg ?? algorithm) == algorithm))
            keys[key.Kid] = key;

        return keys.Count > 0 ? new TokenKeys(keys) : throw new FormatException("holds no RSA key of 2048 bits or P-256 key with a key id for signatures");
    }

    /// <summary>The key of an id, if it is one for the algorithm.</summary>
    public JsonWebKey? Find(string? id, string algorithm) =>
        id is not null && _keys.TryGetValue(id, out var key) && AlgorithmOf(key) == algorithm ? key : null;

    private static string? AlgorithmOf(JsonWebKey key) => key switch
    {
        { Kty: JsonWebAlgorithmsKeyTypes.RSA, N.Length: > 0, E.Length: > 0 } when key.KeySize >= MinRsaBits => SecurityAlgorithms.RsaSha256,
        { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256, X.Length: > 0, Y.Length: > 0 } => SecurityAlgorithms.EcdsaSha256,
        _ => null,
    };
}
