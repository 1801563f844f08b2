using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Who may call, and who did.</summary>
internal static class SecuritySetup
{
    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuthOptions>().Bind(builder.Configuration.GetSection(AuthOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidation>();
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<CallerDirectory>();
        services.AddOptions<AuditOptions>().Bind(builder.Configuration.GetSection(AuditOptions.Section))
            .Validate(options => options.IsValid, "Audit:MaxFileBytes must be 4096 or more, Audit:MaxFiles 1 or more")
            .ValidateOnStart();
        services.AddSingleton<AuditFiles>();

        // Keys that cannot be read are found out at the start, not by the first caller.
        services.AddHostedService<CredentialCheck>();
    }
}
