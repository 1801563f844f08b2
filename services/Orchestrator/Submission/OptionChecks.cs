using VideoGrain.Orchestrator.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Contract;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>The options of a specification against the ranges of the method and the limits of this deployment.</summary>
internal static class OptionChecks
{
    private const string Root = SpecificationChecks.Root;

    public static void Check(EditSpecification specification, LimitsOptions limits, ViolationList violations)
    {
        var control = specification.Control;
        if (control is not null && control.Options is null)
            violations.Add($"{Root}.control.options", "is required with control", ErrorReasons.FieldRequired);

        var options = Resolve(specification, violations);
        if (options.Steps > limits.MaxSteps)
            violations.Add($"{Root}.options.steps", $"must be at most {limits.MaxSteps}, is {options.Steps}", ErrorReasons.OptionOutOfRange);
        if (options.EffectiveInversionSteps > limits.MaxSteps)
            violations.Add($"{Root}.options.inversion_steps", $"must be at most {limits.MaxSteps}, is {options.EffectiveInversionSteps}", ErrorReasons.OptionOutOfRange);
        ClusteringChecks.Check(specification, options, limits, violations);
    }

    /// <summary>The options with every unset one taken from its profile, checked against the method's ranges.</summary>
    public static Editing.EditOptions Resolve(EditSpecification specification, ViolationList violations) => EditOptionsMapping.ToEditing(
        Root, specification.Options, specification.Control?.Options, specification.SourcePrompt, specification.NegativePrompt, violations);
}
