using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.Reflection;

/// <summary>The reflection service, protocol version v1.</summary>
public class ReflectionV1ServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly Answers _answers;

    /// <summary>Creates the service.</summary>
    /// <param name="services">Full names of the services to list.</param>
    /// <param name="symbolRegistry">Their descriptors.</param>
    public ReflectionV1ServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry) => _answers = new Answers(services, symbolRegistry);

    /// <summary>Creates the service.</summary>
    /// <param name="serviceDescriptors">The services to tell of.</param>
    public ReflectionV1ServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors)
        : this([.. serviceDescriptors])
    {
    }

    /// <summary>Creates the service.</summary>
    /// <param name="serviceDescriptors">The services to tell of.</param>
    public ReflectionV1ServiceImpl(params ServiceDescriptor[] serviceDescriptors)
        : this(serviceDescriptors.Select(service => service.FullName), SymbolRegistry.FromFiles(serviceDescriptors.Select(service => service.File)))
    {
    }

    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var request = requestStream.Current;
            await responseStream.WriteAsync(_answers.To(request), context.CancellationToken).ConfigureAwait(false);
        }
    }
}
