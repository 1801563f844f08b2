using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Segmentation.Models;

/// <summary>Errors about models, as callers see them.</summary>
internal static class ModelErrors
{
    /// <summary>No model at hand does what was asked.</summary>
    public static VideoGrainException NotInstalled(string what)
        => new(StatusCode.FailedPrecondition, ErrorReasons.ModelNotLoaded, $"no installed model {what}");

    /// <summary>No model has this name.</summary>
    public static VideoGrainException NotFound(string name, IEnumerable<string> known)
        => new(StatusCode.NotFound, ErrorReasons.ModelNotFound, $"there is no model '{name}' for this; known: {string.Join(", ", known.Order(StringComparer.Ordinal))}")
        {
            Violations = [new Violation("header.model", "must name a model of ListModels, or be empty", ErrorReasons.ModelNotFound)],
        };
}
