using Google.Protobuf;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>Reads a call's own request messages as submission messages.</summary>
/// <typeparam name="T">The call's request message.</typeparam>
internal sealed class SubmissionMessages<T>(BoundedStreamReader<T> reader, Func<T, SubmissionMessage> convert) : ISubmissionMessages
    where T : class, IMessage
{
    public async Task<SubmissionMessage?> ReadAsync(CancellationToken cancellationToken) =>
        await reader.ReadAsync(cancellationToken) is { } message ? convert(message) : null;
}
