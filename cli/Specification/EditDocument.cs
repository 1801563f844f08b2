using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Specification;

/// <summary>A specification that was read from a file and found well-formed.</summary>
/// <param name="File">The file, as the user named it.</param>
/// <param name="Message">The contract's form; its uploads are filled in when the files are read.</param>
/// <param name="Uploads">The files behind it, in the order in which they are sent.</param>
/// <param name="Places">Where each field stands.</param>
internal sealed record EditDocument(string File, EditSpecification Message, IReadOnlyList<UploadSource> Uploads, SourceMap Places);
