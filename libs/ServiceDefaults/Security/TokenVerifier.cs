using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>
/// Checks bearer tokens (RFC 7519): RS256 or ES256 by a key of the set that is for this very algorithm, issuer, audience, times. A token says nothing about how it
/// is to be checked: no other algorithm, no embedded keys, no extension marked critical.
/// </summary>
internal sealed class TokenVerifier
{
    private const int MaxTokenBytes = 16 << 10;
    private const int MaxNameLength = 200;
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];
    private readonly ReloadingFile<TokenKeys>? _keys;
    private readonly TokenOptions _options;
    private readonly TimeProvider _time;
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenBytes, MapInboundClaims = false };

    public TokenVerifier(IOptions<AuthOptions> options, TimeProvider time, ILogger<TokenVerifier> logger)
    {
        (_options, _time) = (options.Value.Tokens, time);
        if (_options.KeySetPath is { } path) _keys = new ReloadingFile<TokenKeys>([path], texts => TokenKeys.Parse(texts[0]), time, logger);
    }

    /// <summary>Whether tokens are believed at all.</summary>
    public bool IsOn => _keys is not null;

    /// <summary>Whether a credential has a token's form: three parts.</summary>
    public static bool LooksLikeToken(string credential) => credential.AsSpan().Count('.') == 2;

    /// <summary>The caller that a token names.</summary>
    /// <exception cref="VideoGrainException">UNAUTHENTICATED; says what kind of thing is wrong, never what the token holds.</exception>
    public async Task<string> VerifyAsync(string text)
    {
        if (!_handler.CanReadToken(text) || Read(text) is not { } token) throw Refuse("the token cannot be read");
        if (!Algorithms.Contains(token.Alg, StringComparer.Ordinal)) throw Refuse("the token's algorithm is not allowed; RS256 and ES256 are");
        if (token.TryGetHeaderValue<object>("crit", out _)) throw Refuse("the token has extensions that this service does not know");
        var key = _keys!.Current.Find(token.Kid, token.Alg) ?? _keys.Refreshed().Find(token.Kid, token.Alg) ?? throw Refuse("the token's key is not known");
        var result = await _handler.ValidateTokenAsync(token, Parameters(key));
        if (!result.IsValid) throw Refuse(Problem(result.Exception));
        return token.TryGetPayloadValue<string>(_options.CallerClaim, out var name) && IsName(name) ? name : throw Refuse("the token names no caller");
    }

    private TokenValidationParameters Parameters(JsonWebKey key) => new()
    {
        ValidAlgorithms = Algorithms,
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        ValidIssuer = _options.Issuer,
        ValidAudience = _options.Audience,
        RequireExpirationTime = true,
        LifetimeValidator = IsInTime,
        ValidateTokenReplay = false,
    };

    private bool IsInTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end + _options.ClockSkew && !(notBefore > now + _options.ClockSkew);
    }

    private static JsonWebToken? Read(string text)
    {
        try
        {
            return new JsonWebToken(text);
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static bool IsName(string? name) => name is { Length: > 0 and <= MaxNameLength } && !name.Any(char.IsControl);

    private static string Problem(Exception? exception) => exception switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenNoExpirationException =>
            "the token has expired, or is not valid yet",
        SecurityTokenInvalidIssuerException => "the token is of another issuer",
        SecurityTokenInvalidAudienceException => "the token is for another audience",
        _ => "the token's signature is wrong",
    };

    private static VideoGrainException Refuse(string text) => new(StatusCode.Unauthenticated, ErrorReasons.CredentialsInvalid, text);
}
