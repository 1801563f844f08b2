using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Who makes a call.</summary>
public static class CallerIdentity
{
    /// <summary>Name of every caller while authentication is off.</summary>
    public const string Anonymous = "anonymous";

    private static readonly object Key = new();

    /// <summary>Name of the call's caller.</summary>
    public static string GetCaller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var name) && name is string caller ? caller : Anonymous;

    internal static void SetCaller(this ServerCallContext context, string caller) => context.UserState[Key] = caller;
}
