using System.CommandLine;
using VideoGrain.Cli.Demo;
using VideoGrain.Cli.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Media;
using VideoGrain.Media.Ffmpeg;
using VideoGrain.Quality;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin evaluate VIDEO --sample DIR --level LEVEL</c>: scores a result against a toybox clip's ground truth.</summary>
internal static class EvaluateCommand
{
    public static Command Create(App app)
    {
        Argument<string> video = new("VIDEO") { Description = "The edited clip." };
        Option<string> sample = new("--sample") { Description = "Folder of the toybox clip that was edited: clip.mp4, masks, case.json.", Required = true, HelpName = "DIR" };
        Option<string> level = new("--level") { Description = "Which of the clip's edits it is: instance, class, part or background.", Required = true };
        HostOptions host = new();
        return new Command("evaluate", "Score an edited toybox clip against its ground truth.") { video, sample, level, host.Models }
            .Does(app, async (context, cancellation) =>
            {
                string folder = context.Get(sample)!;
                VideoFrames source = await new VideoDecoder().DecodeAsync(Path.Combine(folder, "clip.mp4"), cancellation);
                VideoFrames edited = await new VideoDecoder().DecodeAsync(context.Get(video)!, cancellation);
                using DemoScorer scorer = new(Path.Combine(context.Get(host.Models)!, "toybox", "evaluator"));
                EditScore scores = await scorer.ScoreAsync(folder, context.Get(level)!, source, edited, cancellation)
                    ?? throw CommandException.Of(ExitCodes.Environment, "JUDGES_MISSING", scorer.Missing!);
                context.Terminal.WriteJson(scores);
                return ExitCodes.Success;
            });
    }
}
