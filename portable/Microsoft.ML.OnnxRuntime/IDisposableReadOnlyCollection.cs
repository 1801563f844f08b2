namespace Microsoft.ML.OnnxRuntime;

/// <summary>A list that disposes of its elements.</summary>
/// <typeparam name="T">Element type.</typeparam>
public interface IDisposableReadOnlyCollection<T> : IReadOnlyCollection<T>, IReadOnlyList<T>, IDisposable
{
}
