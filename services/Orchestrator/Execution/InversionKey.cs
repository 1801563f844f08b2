using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>What an inversion depends on, as a cache key: equal keys give equal latents, bit for bit.</summary>
internal static class InversionKey
{
    // Raised when what an inversion is made of changes.
    private const string Version = "inversion/1";

    /// <summary>The key, or null when the stage does not say which model it would use: then nothing can be promised.</summary>
    public static string? Of(JobContext job, InversionServiceGetCapabilitiesResponse stage)
    {
        var name = job.Specification.Model;
        var model = stage.Models.FirstOrDefault(model => name.Length == 0 ? model.IsDefault : model.Name == name);
        if (model is null || model.Digest.Length == 0)
            return null;

        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            var options = job.Options;
            output.WriteString(Version);
            output.WriteString(model.Digest);
            output.WriteString(stage.Build?.Version ?? "");
            output.WriteString(stage.Build?.Revision ?? "");
            output.WriteString(stage.Build?.Engine ?? "");
            output.WriteString(job.Job.Source.Hex);
            output.WriteString(job.Specification.SourcePrompt);
            output.WriteUInt64(options.Seed);
            output.WriteInt32(options.EffectiveInversionSteps);
            output.WriteBool(options.SkipFirstInversionStep);
            output.WriteInt32((int)options.AttentionSpan);
            output.WriteString(string.Join(',', options.FlattenDivisors));
            output.WriteBool(options.OldQk);
            output.WriteBool(options.DeterministicTrajectories);
            output.WriteBool(options.AnyShapeTrajectories);
            output.WriteBool(options.TrajectoryMembersOnly);
            output.WriteString(options.FreeU?.ToString() ?? "");
            output.WriteInt32(options.ClipLength);
            output.WriteInt32(options.WindowOverlap);
            output.WriteInt32(options.AnchorFrames);
            output.WriteString(options.ControlType);
            output.WriteFloat(options.ControlScale);
            output.WriteString(job.Control is not null ? job.Get(WorkingNames.Control).Digest.Hex : "");
            output.WriteString(job.NeedsFlow ? job.Get(WorkingNames.Flow).Digest.Hex : "");
        }

        return Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));
    }

    /// <summary>The key of an inversion together with its attention.</summary>
    /// <param name="inversion">The inversion's own key.</param>
    /// <param name="job">The job.</param>
    public static string OfAttention(string inversion, JobContext job) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{inversion} attention/1 {job.Needs.Steps(job.Timeline.Inversion.Count)}"))));
}
