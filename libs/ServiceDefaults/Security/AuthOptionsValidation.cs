using System.Net;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Refuses to start a service that strangers could use by mistake, or whose settings contradict each other.</summary>
internal sealed class AuthOptionsValidation(EndpointOptions endpoints) : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        List<string> problems = [];
        if (!options.Callers.Values.All(caller => caller.IsValid)) problems.Add("Auth:Callers:NAME:KeySha256 must be the SHA-256 of a key, 64 hex digits");
        if (!options.Tokens.IsValid) problems.Add("Auth:Tokens needs Issuer, Audience and CallerClaim, and a ClockSkew of at most 10 minutes");
        if (endpoints is { ClientCaPath: not null, CertificatePath: null }) problems.Add("Endpoints:ClientCaPath needs Endpoints:CertificatePath");
        if (options.Certificates.Names.Count > 0 && endpoints.ClientCaPath is null) problems.Add("Auth:Certificates:Names needs Endpoints:ClientCaPath");
        if (!IsLoopback(endpoints.Address) && !options.AllowAnonymous && !options.IsOn(endpoints.ClientCaPath is not null))
        {
            problems.Add(
                $"Endpoints:Address is {endpoints.Address}, and nobody would have to say who they are: set Auth:Callers, Auth:Tokens or Endpoints:ClientCaPath, "
                + "or say Auth:AllowAnonymous=true where the network lets in only whom it should");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static bool IsLoopback(string address) => IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed);
}
