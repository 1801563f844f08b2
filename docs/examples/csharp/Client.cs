using System.Numerics;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using VideoGrain.Protos.V1;

namespace VideoGrain.Examples;

/// <summary>What a caller does with the orchestrator. See docs/api.md.</summary>
internal static class Client
{
    private const int ChunkBytes = 1 << 18; // at most 1 MiB
    private const int Patience = 10;

    // <specification>
    public static EditSpecification Specification(int clipBytes, string phrase = "two orange moons", uint steps = 6) => new()
    {
        SourcePrompt = "a green triangle and a black diamond on snow",
        TargetPrompt = "two orange moons on snow",
        Clip = new ClipSource { Upload = "clip", FrameCount = 2 },
        Uploads = { new Upload { Name = "clip", Format = UploadFormat.Video, PartBytes = { (ulong)clipBytes } } },
        Regions = { new EditRegion { Id = "moons", Phrase = phrase, Source = new RegionSource { WholeFrame = new WholeFrame() } } },
        Options = new EditOptions { Steps = steps, Seed = 7 },
    };
    // </specification>

    // <checksum>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
    // </checksum>

    // <submit>
    public static async Task<Edit> SubmitAsync(OrchestratorService.OrchestratorServiceClient client, EditSpecification specification, byte[] clip)
    {
        using var call = client.SubmitEdit();
        try
        {
            await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification });
            for (var offset = 0; offset < clip.Length; offset += ChunkBytes)
            {
                var data = ByteString.CopyFrom(clip, offset, Math.Min(ChunkBytes, clip.Length - offset));
                var chunk = new UploadChunk { Name = "clip", Offset = (ulong)offset, Data = data, Crc32C = Crc32C(data.Span) };
                await call.RequestStream.WriteAsync(new SubmitEditRequest { Upload = chunk });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has answered before it read everything: the answer below says why.
        }

        return (await call).Edit;
    }
    // </submit>

    // <watch>
    /// <summary>The edit's events to the last one; goes on after the last one seen when the connection breaks.</summary>
    public static async IAsyncEnumerable<EditEvent> WatchAsync(OrchestratorService.OrchestratorServiceClient client, string editId)
    {
        var seen = 0ul;
        for (var failures = 0; ;)
        {
            using var call = client.WatchEdit(new WatchEditRequest { EditId = editId, AfterSequence = seen });
            while (await NextAsync(call.ResponseStream, failures) is { } response)
            {
                (seen, failures) = (response.Event.Sequence, 0);
                yield return response.Event;
                if (response.Event.Finished is not null) yield break;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.2 * ++failures));
        }
    }

    /// <summary>The next message; null when the stream has ended or its connection is lost and trying again may help.</summary>
    private static async Task<T?> NextAsync<T>(IAsyncStreamReader<T> stream, int failures)
        where T : class
    {
        try
        {
            return await stream.MoveNext() ? stream.Current : null;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && failures < Patience)
        {
            return null;
        }
    }
    // </watch>

    // <download>
    /// <summary>Fetches an artifact; goes on where it stopped when the connection breaks. The file appears only when its checksum is right.</summary>
    public static async Task<long> DownloadAsync(OrchestratorService.OrchestratorServiceClient client, string editId, string name, string path)
    {
        Artifact? artifact = null;
        await using (var file = File.Create(path + ".partial"))
        {
            for (var failures = 0; artifact is null || file.Length < (long)artifact.ByteCount;)
            {
                using var call = client.DownloadArtifact(new DownloadArtifactRequest { EditId = editId, ArtifactName = name, Offset = (ulong)file.Length });
                while (await NextAsync(call.ResponseStream, failures) is { } response)
                {
                    artifact = response.Artifact ?? artifact;
                    if (response.Chunk is not { } chunk) continue;
                    if (Crc32C(chunk.Data.Span) != chunk.Crc32C) throw new IOException($"{name} arrived damaged at byte {chunk.Offset}");
                    chunk.Data.WriteTo(file);
                    failures = 0;
                }

                if (artifact is null || file.Length < (long)artifact.ByteCount) await Task.Delay(TimeSpan.FromSeconds(0.2 * ++failures));
            }

            file.Position = 0;
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file)) != artifact.Sha256) throw new IOException($"{name} arrived with another checksum");
        }

        File.Move(path + ".partial", path, overwrite: true);
        return (long)artifact.ByteCount;
    }
    // </download>

    // <errors>
    /// <summary>What the server says about an error: its stable reason, the fields at fault, the time to wait before another try.</summary>
    public static (string Reason, IReadOnlyList<string> Fields, TimeSpan? Wait) Explain(RpcException exception)
    {
        var (reason, fields, wait) = ("", new List<string>(), (TimeSpan?)null);
        foreach (var detail in exception.GetRpcStatus()?.Details ?? [])
        {
            if (detail.TryUnpack<ErrorInfo>(out var info)) reason = info.Reason;
            if (detail.TryUnpack<BadRequest>(out var bad)) fields.AddRange(bad.FieldViolations.Select(violation => $"{violation.Field}: {violation.Description}"));
            if (detail.TryUnpack<RetryInfo>(out var retry)) wait = retry.RetryDelay.ToTimeSpan();
        }

        return (reason, fields, wait);
    }
    // </errors>
}
