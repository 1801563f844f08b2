using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>
/// Shows a submission to the stages before it is accepted: they check a header at once and know what the orchestrator does not, such
/// as models and tokens. A stage that is busy or away is no reason to refuse anybody; it checks again when the job runs.
/// </summary>
internal sealed class StagePreflight(StageChannels channels, IOptions<StageOptions> options, TimeProvider time)
{
    private const string Header = "header";
    private const int PlaceholderSide = 64;

    /// <summary>What the stages find wrong; empty when they find nothing or cannot be asked.</summary>
    public async Task<IReadOnlyList<Violation>> CheckAsync(EditSpecification specification, ClipShape? clip, CancellationToken cancellationToken)
    {
        if (!options.Value.CheckAtSubmit)
            return [];

        var geometry = new ClipGeometry
        {
            FrameCount = (uint)(clip?.Frames ?? 1),
            Height = (uint)(clip?.Height ?? PlaceholderSide),
            Width = (uint)(clip?.Width ?? PlaceholderSide),
        };
        var control = specification.Control?.Options;
        var denoise = new DenoiseHeader
        {
            Model = specification.Model,
            Geometry = geometry,
            TargetPrompt = specification.TargetPrompt,
            SourcePrompt = specification.SourcePrompt,
            NegativePrompt = specification.NegativePrompt,
            Options = specification.Options,
            Control = control,
            HeatMapEvery = specification.Output?.HeatMaps == true ? 1u : 0,
        };
        denoise.Regions.Add(specification.Regions.Select(region => new LayoutRegion { Id = region.Id, Phrase = region.Phrase }));
        var invert = new InvertHeader
        {
            Model = specification.Model,
            Geometry = geometry,
            SourcePrompt = specification.SourcePrompt,
            Options = specification.Options,
            Control = control,
            Latents = LatentSelection.All,
        };
        var needs = new AttentionNeeds(specification);
        invert.Nouns.Add(needs.Nouns);
        var answers = await Task.WhenAll(
            AskAsync(token => channels.Denoiser.Denoise(CallOptions(token)), new DenoiseRequest { Header = denoise }, cancellationToken),
            AskAsync(token => channels.Inversion.Invert(CallOptions(token)), new InvertRequest { Header = invert }, cancellationToken));
        return
        [
            .. answers.SelectMany(violations => violations).Select(violation => violation with { Field = OfNoun(violation.Field, needs) })
                .DistinctBy(violation => (violation.Field, violation.Reason)),
        ];
    }

    /// <summary>The path in the specification of a field that a stage names by its header.</summary>
    public static string InSpecification(string field)
    {
        if (field == Header || !field.StartsWith(Header + ".", StringComparison.Ordinal))
            return field;

        var path = field[(Header.Length + 1)..];
        path = path.StartsWith("geometry", StringComparison.Ordinal) ? "clip"
            : path.StartsWith("control.", StringComparison.Ordinal) ? "control.options." + path["control.".Length..]
            : path == "heat_map_every" ? "output.heat_maps"
            : path;
        return $"{SpecificationChecks.Root}.{path}";
    }

    private static string OfNoun(string field, AttentionNeeds needs)
    {
        var at = Enumerable.Range(0, needs.Nouns.Count).FirstOrDefault(i => field == $"{SpecificationChecks.Root}.nouns[{i}]", -1);
        return at < 0 ? field : needs.NounPaths[at];
    }

    private static async Task<IReadOnlyList<Violation>> AskAsync<TRequest, TResponse>(
        Func<CancellationToken, AsyncDuplexStreamingCall<TRequest, TResponse>> open, TRequest header, CancellationToken cancellationToken)
    {
        try
        {
            using var call = open(cancellationToken);
            await call.RequestStream.WriteAsync(header, cancellationToken);

            // The first answer says that the header is accepted; ending the call here ends it before any computation.
            await call.ResponseStream.MoveNext(cancellationToken);
            return [];
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound)
        {
            return [.. VideoGrainException.FromRpcException(exception).Violations.Select(violation => violation with { Field = InSpecification(violation.Field) })];
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private CallOptions CallOptions(CancellationToken cancellationToken) =>
        new(deadline: time.GetUtcNow().UtcDateTime + options.Value.CapabilitiesTimeout, cancellationToken: cancellationToken);
}
