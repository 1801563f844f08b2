using System.Buffers;
using System.Text.Json;

namespace VideoGrain.ServiceDefaults.Security;

/// <summary>Who did what, and what came of it. Holds no headers, prompts or other content, so that no secret gets into it.</summary>
/// <param name="Time">When the call ended.</param>
/// <param name="Service">The service that was called.</param>
/// <param name="Caller">Who called; empty when the caller was not recognised.</param>
/// <param name="Method">What was called.</param>
/// <param name="Target">What it was done to, such as an edit's id; may be empty.</param>
/// <param name="Status">Status code of the answer.</param>
/// <param name="Reason">Reason of an error; empty otherwise.</param>
/// <param name="Peer">Where the call came from.</param>
/// <param name="TraceId">The call's trace; may be empty.</param>
internal sealed record AuditEntry(
    DateTimeOffset Time, string Service, string Caller, string Method, string Target, string Status, string Reason, string Peer, string TraceId)
{
    /// <summary>The entry as one line of JSON, with its line feed.</summary>
    public byte[] ToLine()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", Time);
            json.WriteString("service", Service);
            json.WriteString("caller", Caller);
            json.WriteString("method", Method);
            json.WriteString("target", Target);
            json.WriteString("status", Status);
            json.WriteString("reason", Reason);
            json.WriteString("peer", Peer);
            json.WriteString("trace_id", TraceId);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }
}
