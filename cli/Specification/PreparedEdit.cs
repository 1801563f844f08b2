using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Specification;

/// <summary>An edit ready to be sent: the specification with its uploads described, and their parts in the same order.</summary>
/// <param name="Message">The specification.</param>
/// <param name="Parts">Per upload its parts.</param>
internal sealed record PreparedEdit(EditSpecification Message, IReadOnlyList<IReadOnlyList<UploadPart>> Parts);
