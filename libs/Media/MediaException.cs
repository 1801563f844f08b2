namespace VideoGrain.Media;

/// <summary>A clip, picture or mask that was refused, with the reason and, where there is one, the limit that was passed.</summary>
public sealed class MediaException : Exception
{
    /// <summary>Refuses something for a reason that is no limit.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">One sentence for the caller; holds no path of the server.</param>
    /// <param name="inner">What was caught, if anything was.</param>
    public MediaException(MediaError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>Refuses something that passed a limit.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">One sentence for the caller, naming what was measured.</param>
    /// <param name="actual">What was found, in the limit's unit; a lower bound where counting stopped at the limit.</param>
    /// <param name="limit">The limit.</param>
    public MediaException(MediaError error, string message, long actual, long limit)
        : base(message)
    {
        Error = error;
        Actual = actual;
        Limit = limit;
    }

    /// <summary>The reason.</summary>
    public MediaError Error { get; }

    /// <summary>What was found, in the unit of <see cref="Limit"/>; null where no limit was passed.</summary>
    public long? Actual { get; }

    /// <summary>The limit that was passed; null where none was.</summary>
    public long? Limit { get; }
}
