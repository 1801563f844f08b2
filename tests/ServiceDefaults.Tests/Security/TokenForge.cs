using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoGrain.ServiceDefaults.Tests.Security;

/// <summary>Makes tokens and key sets from their definitions (RFC 7515, 7517, 7519), good and bad ones, without the library under test.</summary>
internal sealed class TokenForge : IDisposable
{
    public const string Issuer = "https://issuer.example";
    public const string Audience = "videograin";
    private readonly string _folder = Directory.CreateTempSubdirectory("videograin-tokens-").FullName;

    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string KeySetPath => Path.Combine(_folder, "jwks.json");

    public string[] Settings => [$"--Auth:Tokens:KeySetPath={KeySetPath}", $"--Auth:Tokens:Issuer={Issuer}", $"--Auth:Tokens:Audience={Audience}"];

    public static Dictionary<string, object?> RsaKey(RSA key, string id)
    {
        var numbers = key.ExportParameters(false);
        return new() { ["kty"] = "RSA", ["kid"] = id, ["n"] = Encode(numbers.Modulus!), ["e"] = Encode(numbers.Exponent!) };
    }

    public static Dictionary<string, object?> EcKey(ECDsa key, string id)
    {
        var point = key.ExportParameters(false).Q;
        return new() { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = id, ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!) };
    }

    public static string Encode(byte[] data) => Base64Url.EncodeToString(data);

    public TokenForge PutKeys(params Dictionary<string, object?>[] keys)
    {
        // Replaced in one step, as mounted secrets are.
        File.WriteAllText(KeySetPath + ".new", JsonSerializer.Serialize(new { keys }));
        File.Move(KeySetPath + ".new", KeySetPath, overwrite: true);
        return this;
    }

    public TokenForge PutOwnKeys() => PutKeys(RsaKey(Rsa, "rsa"), EcKey(Ec, "ec"));

    public Dictionary<string, object?> Claims(DateTimeOffset now) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = "alice",
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
    };

    public string Rs256(Dictionary<string, object?> claims, Dictionary<string, object?>? header = null) => Sign(
        header ?? Header("RS256", "rsa"), claims, data => Rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public string Es256(Dictionary<string, object?> claims, Dictionary<string, object?>? header = null) => Sign(
        header ?? Header("ES256", "ec"), claims, data => Ec.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public static Dictionary<string, object?> Header(string algorithm, string? key) => new() { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = key };

    public static string Sign(Dictionary<string, object?> header, Dictionary<string, object?> claims, Func<byte[], byte[]> sign)
    {
        var text = Encode(JsonSerializer.SerializeToUtf8Bytes(header)) + "." + Encode(JsonSerializer.SerializeToUtf8Bytes(claims));
        return text + "." + Encode(sign(Encoding.ASCII.GetBytes(text)));
    }

    public void Dispose()
    {
        Rsa.Dispose();
        Ec.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
