using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>What a call is about, for the audit log.</summary>
public static class AuditTarget
{
    private const int MaxLength = 128;
    private static readonly object Key = new();

    /// <summary>Names what the call does something to, such as an edit by its id.</summary>
    public static void SetAuditTarget(this ServerCallContext context, string target) =>
        context.UserState[Key] = target.Length <= MaxLength ? target : target[..MaxLength];

    internal static string GetAuditTarget(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var target) && target is string text ? text : "";
}
