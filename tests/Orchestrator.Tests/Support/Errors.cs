using Google.Rpc;
using Grpc.Core;

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>Reads the details of an error as any client would.</summary>
internal static class Errors
{
    public static string Reason(RpcException error) => Detail<ErrorInfo>(error)?.Reason ?? "(none)";

    public static IReadOnlyList<string> Fields(RpcException error) => [.. Detail<BadRequest>(error)?.FieldViolations.Select(violation => violation.Field) ?? []];

    public static string Describe(RpcException error) =>
        $"{error.StatusCode} {Reason(error)}: {string.Join("; ", Detail<BadRequest>(error)?.FieldViolations.Select(violation => $"{violation.Field}: {violation.Description}") ?? [error.Status.Detail])}";

    public static TimeSpan? RetryDelay(RpcException error) => Detail<RetryInfo>(error)?.RetryDelay.ToTimeSpan();

    private static T? Detail<T>(RpcException error)
        where T : class, Google.Protobuf.IMessage, new()
    {
        var trailer = error.Trailers.Single(entry => entry.Key == "grpc-status-details-bin");
        foreach (var detail in Google.Rpc.Status.Parser.ParseFrom(trailer.ValueBytes).Details)
        {
            if (detail.TryUnpack<T>(out var message))
                return message;
        }

        return null;
    }
}
