using VideoGrain.Editing.Clustering;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>The regions of a specification: names, phrases, and where they are said to be.</summary>
internal sealed class RegionChecks(LimitsOptions limits, ViolationList violations)
{
    private const int MaxClassName = 64;
    private const int MaxText = 200;
    private const int MaxThreshold = 255;
    private const int MaxGrow = 256;

    public void Check(EditSpecification specification)
    {
        const string field = $"{SpecificationChecks.Root}.regions";
        if (specification.Regions.Count > limits.MaxRegions)
            violations.Add(field, $"must have at most {limits.MaxRegions} entries, has {specification.Regions.Count}", ErrorReasons.RegionLimitExceeded);

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(specification.Regions.Count, limits.MaxRegions); i++)
        {
            var region = specification.Regions[i];
            if (!Names.IsValid(region.Id))
                violations.Add($"{field}[{i}].id", Names.Rule);
            else if (!ids.Add(region.Id))
                violations.Add($"{field}[{i}].id", $"'{region.Id}' occurs twice", ErrorReasons.NameNotUnique);

            CheckPhrase($"{field}[{i}].phrase", region.Phrase, specification);
            CheckSource($"{field}[{i}].source", region.Source, specification.SourcePrompt);
        }
    }

    private void CheckPhrase(string field, string phrase, EditSpecification specification)
    {
        violations.MaxLength(field, phrase, limits.MaxPromptLength);
        var mustMatch = specification.Options?.HasRequirePhraseMatch == true
            ? specification.Options.RequirePhraseMatch
            : specification.Options?.Profile != Profile.Published;
        if (mustMatch && Phrases.IsAbsent(phrase, specification.TargetPrompt))
            violations.Add(field, "must occur word for word in target_prompt", ErrorReasons.RegionPromptNotFound);
    }

    private void CheckSource(string field, RegionSource? source, string sourcePrompt)
    {
        violations.Range($"{field}.grow", source?.Grow ?? 0, 0, MaxGrow);
        if (source is { Grow: > 0, SourceCase: RegionSource.SourceOneofCase.WholeFrame or RegionSource.SourceOneofCase.Background })
            violations.Add($"{field}.grow", "has no meaning for a whole frame or a background", ErrorReasons.OptionOutOfRange);
        switch (source?.SourceCase)
        {
            case RegionSource.SourceOneofCase.Mask:
                violations.Range($"{field}.mask.threshold", source.Mask.Threshold, 0, MaxThreshold);
                break;
            case RegionSource.SourceOneofCase.ObjectClass:
                CheckText($"{field}.object_class.name", source.ObjectClass.Name, MaxClassName);
                break;
            case RegionSource.SourceOneofCase.Instance:
                CheckText($"{field}.instance.class_name", source.Instance.ClassName, MaxClassName);
                break;
            case RegionSource.SourceOneofCase.Text:
                CheckText($"{field}.text.text", source.Text.Text, MaxText);
                break;
            case RegionSource.SourceOneofCase.Point:
                violations.Range($"{field}.point.x", source.Point.X, 0, limits.MaxFramePixels);
                violations.Range($"{field}.point.y", source.Point.Y, 0, limits.MaxFramePixels);
                break;
            case RegionSource.SourceOneofCase.Box:
                if (!(source.Box.Left >= 0 && source.Box.Left < source.Box.Right && source.Box.Top >= 0 && source.Box.Top < source.Box.Bottom))
                    violations.Add($"{field}.box", "must have 0 <= left < right and 0 <= top < bottom", ErrorReasons.OptionOutOfRange);
                break;
            case RegionSource.SourceOneofCase.Noun:
                ClusteringChecks.CheckNoun($"{field}.noun.noun", source.Noun.Noun, sourcePrompt, violations);
                violations.Range($"{field}.noun.index", source.Noun.Index, 0, InversionClusters.MaxInstances - 1);
                break;
            case RegionSource.SourceOneofCase.WholeFrame or RegionSource.SourceOneofCase.Background:
                break;
            default:
                violations.Add(field, "is required", ErrorReasons.FieldRequired);
                break;
        }
    }

    private void CheckText(string field, string text, int most)
    {
        if (string.IsNullOrWhiteSpace(text))
            violations.Add(field, "must not be empty", ErrorReasons.FieldRequired);
        else
            violations.MaxLength(field, text, most);
    }
}
