using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using VideoGrain.Protos.V1;
using YamlDotNet.RepresentationModel;

namespace VideoGrain.Cli.Specification;

/// <summary>Reads an edit specification; docs/edit-specification.md describes every key.</summary>
internal sealed class SpecificationReader
{
    private const string ClipName = "clip", ControlName = "control";

    private readonly SpecificationErrors _errors;
    private readonly SourceMap _places;
    private readonly MessageBinder _binder;
    private readonly SpecificationPaths _paths;
    private readonly List<UploadSource> _uploads = [];
    private readonly EditSpecification _message = new();

    private SpecificationReader(string file)
    {
        _errors = new SpecificationErrors(file);
        _places = new SourceMap(file);
        _binder = new MessageBinder(_places);
        _paths = new SpecificationPaths(file, _errors);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path; relative paths inside are relative to its folder.</param>
    /// <returns>The document.</returns>
    /// <exception cref="SpecificationException">Every error of the file, each with line and field.</exception>
    public static EditDocument Read(string file)
    {
        YamlMappingNode root = YamlFile.Load(file);
        SpecificationReader reader = new(file);
        reader.ReadRoot(new Section(root, "", reader._errors));
        reader._errors.ThrowIfAny();
        return new EditDocument(file, reader._message, reader._uploads, reader._places);
    }

    private void ReadRoot(Section root)
    {
        ReadClip(root);
        _message.SourcePrompt = Text(root, "source_prompt", "source_prompt");
        _message.TargetPrompt = Text(root, "prompt", "target_prompt");
        _message.NegativePrompt = Text(root, "negative_prompt", "negative_prompt");
        _message.Model = Text(root, "model", "model");
        _message.DisplayName = Text(root, "name", "display_name");
        _message.RequestId = Text(root, "request_id", "request_id");
        ReadOptions(root);
        if (root.Sub("output") is Section output)
        {
            _message.Output = new OutputOptions();
            _binder.Bind(output, _message.Output, "output");
            output.Finish();
        }

        if (root.Sub("clustering") is Section clustering)
        {
            _message.Clustering = new EditClustering();
            _places.Add("clustering", clustering.Node, "clustering");
            _binder.Bind(clustering, _message.Clustering, "clustering");
            clustering.Finish();
        }

        ReadRegions(root);
        ReadControl(root);
        ReadLabels(root);
        if (root.Scalar<TimeSpan>("queue_timeout", "A time such as 90s, 15m or 2h is expected.", TryDuration) is TimeSpan wait)
        {
            _message.QueueTimeout = Duration.FromTimeSpan(wait);
            _places.Add("queue_timeout", root.Take("queue_timeout")!, "queue_timeout");
        }

        _binder.Bind(root, _message, "", name => name is "priority");
        root.Finish();
        if (_message.TargetPrompt.Length == 0 && !_errors.Any)
            _errors.Add(root.Node, "prompt", "A target prompt is required.");
    }

    private string Text(Section section, string key, string contractField)
    {
        if (section.Take(key) is YamlNode node)
            _places.Add(contractField, node, section.PathOf(key));
        return section.Text(key) ?? "";
    }

    private void ReadClip(Section root)
    {
        _message.Clip = new ClipSource { Upload = ClipName };
        YamlNode? node = root.Take("clip");
        if (node is null)
        {
            _errors.Add(root.Node, "clip", "A clip is required: the path of a video file or of a folder of PNG frames.");
            return;
        }

        _places.Add("clip", node, "clip");
        _places.Add("uploads[0]", node, "clip");
        double rate = 0;
        string? path;
        if (node is YamlMappingNode)
        {
            Section clip = root.Sub("clip")!;
            _binder.Bind(clip, _message.Clip, "clip", name => name != "upload");
            rate = clip.Number("frame_rate") ?? 0;
            path = _paths.One(clip, "path");
            clip.Finish();
        }
        else
        {
            path = _paths.One(root, "clip");
        }

        if (path is not null)
            _uploads.Add(new UploadSource(ClipName, UploadKind.Frames, [path], rate, null, "clip"));
    }

    private void ReadOptions(Section root)
    {
        _message.Options = new EditOptions();
        if (root.Sub("options") is Section options)
        {
            _places.Add("options", options.Node, "options");
            _binder.Bind(options, _message.Options, "options", name => name is not ("seed" or "profile"));
            options.Finish();
        }

        // The two that every specification thinks about stand at the top of the file.
        _binder.Bind(root, _message.Options, "options", name => name is "seed" or "profile");
    }

    private void ReadControl(Section root)
    {
        if (root.Sub("control") is not Section control)
            return;
        _message.Control = new EditControl { Options = new ControlOptions() };
        _places.Add("control", control.Node, "control");
        _binder.Bind(control, _message.Control.Options, "control.options");
        _message.Control.Model = Text(control, "model", "control.model");
        if (control.Take("maps") is not null && _paths.One(control, "maps") is string maps)
        {
            _message.Control.Upload = ControlName;
            _uploads.Add(new UploadSource(ControlName, UploadKind.Frames, [maps], 0, null, "control"));
        }

        control.Finish();
    }

    private void ReadLabels(Section root)
    {
        if (root.Sub("labels") is not Section labels)
            return;
        _places.Add("labels", labels.Node, "labels");
        foreach (string key in labels.Keys.ToArray())
        {
            if (labels.Text(key) is string value)
                _message.Labels[key] = value;
        }
    }

    private void ReadRegions(Section root)
    {
        YamlNode? node = root.Take("regions");
        if (node is null)
            return;
        _places.Add("regions", node, "regions");
        if (node is not YamlSequenceNode list)
        {
            _errors.Add(node, "regions", "A list of regions is expected.");
            return;
        }

        RegionReader reader = new(_errors, _places, _paths);
        HashSet<string> ids = new(StringComparer.Ordinal);
        for (int i = 0; i < list.Children.Count; i++)
        {
            string field = $"regions[{i}]";
            if (list.Children[i] is not YamlMappingNode mapping)
            {
                _errors.Add(list.Children[i], field, "A region is a mapping with a phrase and a place.");
                continue;
            }

            (EditRegion region, UploadSource? upload) = reader.Read(new Section(mapping, field, _errors), i);
            if (!ids.Add(region.Id))
                _errors.Add(mapping, $"{field}.id", $"Two regions are called '{region.Id}'.");
            _message.Regions.Add(region);
            if (upload is not null)
                _uploads.Add(upload);
        }
    }

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount))
            return false;
        double seconds = text[^1] switch
        {
            's' => amount,
            'm' => amount * 60,
            'h' => amount * 3600,
            _ => 0,
        };
        if (seconds is <= 0 or > 1e7)
            return false;
        value = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
