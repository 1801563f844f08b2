namespace VideoGrain.ServiceDefaults.Errors;

/// <summary>A service's own rule for exceptions that <see cref="ErrorTranslator"/> does not know.</summary>
public interface IExceptionTranslation
{
    /// <summary>The error that an exception means to a caller, or null when this rule does not know it.</summary>
    VideoGrainException? TryTranslate(Exception exception);
}
