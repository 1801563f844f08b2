using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VideoGrain.Cli.Demo;
using VideoGrain.Cli.Evaluation;
using VideoGrain.Cli.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Cli.Regions;
using VideoGrain.Editing;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Quality;

namespace VideoGrain.Cli.Commands;

/// <summary>
/// <c>videograin evaluate VIDEO --sample DIR --level LEVEL</c> scores a result against a toybox clip's ground truth;
/// <c>videograin evaluate --clips DIR --out DIR</c> runs the edits of many clips in several variants and writes a quality table;
/// <c>videograin evaluate --segmentation DIR</c> scores masks, identities and flow of the segmentation service.
/// </summary>
internal static class EvaluateCommand
{
    private const int MaxGrow = 256;

    public static Command Create(App app)
    {
        Argument<string?> video = new("VIDEO") { Description = "An edited clip to score.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> sample = new("--sample") { Description = "Folder of the toybox clip that VIDEO is an edit of: clip.mp4, masks, case.json.", HelpName = "DIR" };
        Option<string?> level = new("--level") { Description = "Which of the clip's edits VIDEO is: instance, class, part or background." };
        Option<string?> clips = new("--clips") { Description = "Folder of toybox clips whose edits are run and scored.", HelpName = "DIR" };
        Option<string?> segmentation = new("--segmentation") { Description = "Folder of toybox clips whose regions and flow are found and scored.", HelpName = "DIR" };
        Option<string> folder = new("--out", "-o") { Description = "Folder for quality.json, quality.md and the edited clips; those that are in it are not computed again.", DefaultValueFactory = _ => Path.Combine("out", "quality"), HelpName = "DIR" };
        Option<string[]> levels = new("--levels") { Description = "Levels to run.", DefaultValueFactory = _ => [.. EvaluationSettings.AllLevels], AllowMultipleArgumentsPerToken = true };
        Option<string[]> variants = new("--variants") { Description = "Variants to run: " + string.Join(", ", EvaluationVariant.All.Select(v => v.Name)) + ".", DefaultValueFactory = _ => [.. EvaluationVariant.All.Select(v => v.Name)], AllowMultipleArgumentsPerToken = true };
        Option<int> frames = new("--frames") { Description = "First frames of each clip to edit; 0 for all.", DefaultValueFactory = _ => 0, HelpName = "COUNT" };
        Option<int> steps = new("--steps") { Description = "Inversion and denoising steps.", DefaultValueFactory = _ => new EditOptions().Steps, HelpName = "COUNT" };
        Option<float> guidance = new("--guidance") { Description = "Guidance scale.", DefaultValueFactory = _ => new EditOptions().GuidanceScale };
        Option<int> grow = new("--grow") { Description = "Pixels by which regions of instance and class edits grow.", DefaultValueFactory = _ => 10, HelpName = "PIXELS" };
        Option<bool> background = new("--background-region") { Description = "Give the background a region with its phrase, instead of keeping it from the source." };
        Option<string> control = new("--control") { Description = "ControlNet that every variant takes, with the clips' own maps.", DefaultValueFactory = _ => "", HelpName = "TYPE" };
        Option<ulong> seed = new("--seed") { Description = "Seed of the edits.", DefaultValueFactory = _ => 7 };
        EditOptions defaults = new();
        Option<int> clipLength = new("--clip-length") { Description = "Frames of one pass; longer clips are edited in windows, and the table tells whether these show. 0 for one pass.", DefaultValueFactory = _ => defaults.ClipLength, HelpName = "FRAMES" };
        Option<int> overlap = new("--window-overlap") { Description = "Frames that neighbouring windows share.", DefaultValueFactory = _ => defaults.WindowOverlap, HelpName = "FRAMES" };
        Option<int> anchors = new("--anchor-frames") { Description = "Frames that every window sees.", DefaultValueFactory = _ => defaults.AnchorFrames, HelpName = "FRAMES" };
        Option<string?> clipModel = new("--clip-model") { Description = "CLIP model in Hugging Face layout; else the toybox's own.", HelpName = "DIR" };
        HostOptions host = new();
        Command command = new("evaluate", "Score an edited toybox clip, or run and score the edits of many clips.")
        {
            video, sample, level, clips, segmentation, folder, levels, variants, frames, steps, guidance, grow, background, control, seed, clipLength, overlap, anchors, clipModel, host.Models,
        };
        command.Validators.Add(result =>
        {
            bool one = result.GetValue(video) is not null;
            if (new[] { one, result.GetValue(clips) is not null, result.GetValue(segmentation) is not null }.Count(given => given) != 1)
                result.AddError("Give either VIDEO with --sample and --level, or --clips, or --segmentation.");
            else if (one && (result.GetValue(sample) is null || result.GetValue(level) is null))
                result.AddError("VIDEO needs --sample and --level.");
            Range(frames, f => f is 0 or (>= EvaluationClip.LeastFrames and <= EditOptions.MaxFrames), $"0, or {EvaluationClip.LeastFrames} to {EditOptions.MaxFrames}");
            Range(steps, s => s is >= 1 and <= EditOptions.MaxSteps, $"1 to {EditOptions.MaxSteps}");
            Range(guidance, g => g is >= 0 and <= EditOptions.MaxGuidanceScale, $"0 to {EditOptions.MaxGuidanceScale}");
            Range(grow, g => g is >= 0 and <= MaxGrow, $"0 to {MaxGrow}");
            EditOptions windows = defaults with
            {
                ClipLength = Given(clipLength, defaults.ClipLength),
                WindowOverlap = Given(overlap, defaults.WindowOverlap),
                AnchorFrames = Given(anchors, defaults.AnchorFrames),
            };
            foreach (OptionViolation violation in windows.Validate())
                result.AddError($"--{violation.Field.Replace('_', '-')}: {violation.Message}.");
            Known(levels, EvaluationSettings.AllLevels);
            Known(variants, [.. EvaluationVariant.All.Select(v => v.Name)]);

            // Defaults are not there yet while a command is validated; an option given twice is an error already.
            void Range<T>(Option<T> option, Func<T, bool> holds, string range)
            {
                if (result.GetResult(option) is { Implicit: false, Tokens.Count: 1 } given && given.GetValueOrDefault<T>() is { } value && !holds(value))
                    result.AddError($"{option.Name} must be {range}, not {value}.");
            }

            int Given(Option<int> option, int otherwise) =>
                result.GetResult(option) is { Implicit: false, Tokens.Count: 1 } given ? given.GetValueOrDefault<int>() : otherwise;

            void Known(Option<string[]> option, IReadOnlyList<string> known)
            {
                foreach (string value in (result.GetValue(option) ?? []).Where(v => !known.Contains(v)))
                    result.AddError($"{option.Name}: '{value}' is none of {string.Join(", ", known)}.");
            }
        });
        return command.Does(app, async (context, cancellation) =>
        {
            string toybox = Path.Combine(context.Get(host.Models)!, "toybox"), judges = Path.Combine(toybox, "evaluator");
            if (context.Get(segmentation) is { } known)
                return await SegmentationAsync(context, known, context.Get(host.Models)!, context.Get(frames), cancellation);
            if (context.Get(clips) is not { } many)
                return await ScoreAsync(context, context.Get(video)!, context.Get(sample)!, context.Get(level)!, judges, cancellation);
            EvaluationSettings settings = new(
                many, context.Get(folder)!, toybox, context.Get(clipModel) ?? Path.Combine(toybox, "clip"), judges, context.Get(levels)!, context.Get(variants)!,
                context.Get(frames), context.Get(steps), context.Get(guidance), context.Get(grow), !context.Get(background), context.Get(control)!, context.Get(seed),
                context.Get(clipLength), context.Get(overlap), context.Get(anchors));
            await context.Terminal.Output.WriteLineAsync(await new EvaluationRun(context, settings).RunAsync(cancellation));
            return ExitCodes.Success;
        });
    }

    private static async Task<int> SegmentationAsync(CommandContext context, string folder, string models, int frames, CancellationToken cancellation)
    {
        IReadOnlyList<string> folders = EvaluationClip.Find(folder);
        List<SegmentationScore> scores = [];
        await using AllInOneHost own = await AllInOneHost.StartSegmentationAsync(models, cancellation);
        using SegmentationClient client = new(own.Address);
        foreach (string path in folders)
            scores.Add(await new SegmentationEvaluation(client).ScoreAsync(await EvaluationClip.LoadAsync(path, frames, cancellation), cancellation));
        scores.Add(SegmentationScore.Of(scores));
        if (context.Terminal.Json)
        {
            foreach (SegmentationScore score in scores)
                context.Terminal.WriteJson(score);
            return ExitCodes.Success;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumns("clip", "mean IoU", "least IoU", "switches", "flow error (px)");
        foreach (SegmentationScore score in scores)
        {
            table.AddRow(new[]
            {
                score.Clip, Number(score.MeanOverlap), Number(score.LeastOverlap), $"{score.Switches}",
                score.FlowError is double error ? Number(error) : "-",
            }.Select(Markup.Escape).ToArray());
        }

        context.Terminal.Tables.Write(table);
        return ExitCodes.Success;
    }

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static async Task<int> ScoreAsync(CommandContext context, string video, string sample, string level, string judges, CancellationToken cancellation)
    {
        VideoFrames source = await new VideoDecoder().DecodeAsync(Path.Combine(sample, "clip.mp4"), cancellation);
        VideoFrames edited = await new VideoDecoder().DecodeAsync(video, cancellation);
        using DemoScorer scorer = new(judges);
        EditScore scores = await scorer.ScoreAsync(sample, level, null, source, edited, cancellation)
            ?? throw CommandException.Of(ExitCodes.Environment, "JUDGES_MISSING", scorer.Missing!);
        context.Terminal.WriteJson(scores);
        return ExitCodes.Success;
    }
}
