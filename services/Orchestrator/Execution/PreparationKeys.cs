using System.Security.Cryptography;
using Google.Protobuf;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>What masks, control maps, flow and clusters depend on, as cache keys: equal keys give equal tensors, bit for bit.</summary>
internal static class PreparationKeys
{
    // Raised when what the results are made of changes.
    private const string Version = "preparation/1";

    /// <summary>The key of the regions' masks: the regions, the masks given, and for regions to be found the clip and the models.</summary>
    /// <returns>The key, or null when the stage does not say which model it would use, or a region is a noun, whose mask comes from the inversion.</returns>
    public static string? Masks(JobContext job, SegmentationServiceGetCapabilitiesResponse stage)
    {
        var needsModel = job.Specification.Regions.Any(region => NeedsModel(region.Source));
        var models = stage.Models.Where(model => model.Task == PerceptionTask.Segmentation).ToList();
        return job.Specification.Regions.Any(region => region.Source.Noun is not null) || (needsModel && !AreKnown(models))
            ? null
            : Key("masks", job, stage, output =>
            {
                if (needsModel)
                    Write(output, job, models);

                foreach (var region in job.Specification.Regions)
                {
                    output.WriteString(region.Id);
                    if (region.Source.Mask is null)
                    {
                        output.WriteMessage(region.Source);
                        continue;
                    }

                    // What the caller called the upload changes nothing; its bytes do.
                    var source = region.Source.Clone();
                    source.Mask.Name = "";
                    output.WriteMessage(source);
                    output.WriteString(job.Get(WorkingNames.Mask(region.Source.Mask.Name)).Digest.Hex);
                }
            });
    }

    /// <summary>The key of estimated control maps: clip, type, and the estimator.</summary>
    /// <returns>The key, or null when the stage does not say which estimator it would use.</returns>
    public static string? Control(JobContext job, SegmentationServiceGetCapabilitiesResponse stage)
    {
        var (type, name) = (job.Control!.Type, job.Specification.Control.Model);
        var models = stage.Models.Where(model => model.Task == PerceptionTask.Control && (name.Length > 0 ? model.Name == name : model.ControlTypes.Contains(type))).ToList();
        return AreKnown(models)
            ? Key("control", job, stage, output =>
            {
                output.WriteEnum((int)type);
                output.WriteString(name);
                Write(output, job, models);
            })
            : null;
    }

    /// <summary>The key of optical flow: clip and estimator.</summary>
    /// <returns>The key, or null when the stage does not say which estimator it would use.</returns>
    public static string? Flow(JobContext job, SegmentationServiceGetCapabilitiesResponse stage)
    {
        var models = stage.Models.Where(model => model.Task == PerceptionTask.Flow).ToList();
        return AreKnown(models) ? Key("flow", job, stage, output => Write(output, job, models)) : null;
    }

    /// <summary>The key of the clusters that an inversion's attention is divided into: the attention, the nouns, and how many.</summary>
    public static string Clusters(JobContext job, SegmentationServiceGetCapabilitiesResponse stage) => Key("clusters", job, stage, output =>
    {
        output.WriteString(job.Get(WorkingNames.SelfAttention).Digest.Hex);
        output.WriteString(job.Get(WorkingNames.CrossAttention).Digest.Hex);
        output.WriteString(job.Specification.SourcePrompt);
        output.WriteInt32(job.Needs.ClusterCount);
        output.WriteUInt64(job.Options.Seed);
        foreach (var noun in job.Needs.Nouns)
            output.WriteString(noun);
    });

    /// <summary>Whether a region has to be found in the clip.</summary>
    public static bool NeedsModel(RegionSource source) => source.SourceCase
        is not (RegionSource.SourceOneofCase.Mask or RegionSource.SourceOneofCase.Noun or RegionSource.SourceOneofCase.WholeFrame or RegionSource.SourceOneofCase.Background);

    private static bool AreKnown(List<PerceptionModel> models) => models.Count > 0 && models.TrueForAll(model => model.Digest.Length > 0);

    private static void Write(CodedOutputStream output, JobContext job, IEnumerable<PerceptionModel> models)
    {
        output.WriteString(job.Job.Source.Hex);
        foreach (var model in models.OrderBy(model => model.Name, StringComparer.Ordinal))
        {
            output.WriteString(model.Name);
            output.WriteString(model.Digest);
            output.WriteBool(model.IsDefault);
        }
    }

    private static string Key(string kind, JobContext job, SegmentationServiceGetCapabilitiesResponse stage, Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteString(Version);
            output.WriteString(kind);
            output.WriteString(stage.Build?.Version ?? "");
            output.WriteString(stage.Build?.Revision ?? "");
            output.WriteMessage(job.Geometry);
            write(output);
        }

        return Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));
    }
}
