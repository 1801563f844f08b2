using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace VideoGrain.Fuzz.Tests.Mutation;

/// <summary>Changes a stream of requests: single messages, their order, what is missing and what is too much.</summary>
internal sealed class StreamMutator(Random random)
{
    private readonly MessageMutator _messages = new(random);

    /// <summary>Changed requests of a call.</summary>
    /// <param name="type">Type of the requests.</param>
    /// <param name="seed">Good requests.</param>
    /// <param name="streams">Whether the call takes any number of them.</param>
    public List<IMessage> Mutate(MessageDescriptor type, IReadOnlyList<IMessage> seed, bool streams)
    {
        List<IMessage> requests = [.. seed];
        if (!streams)
            return [random.Next(8) == 0 ? _messages.Generate(type) : _messages.Mutate(requests[0])];

        if (random.Next(3) > 0)
            ChangeMessage(requests);
        if (random.Next(3) == 0)
            ChangeOrder(requests, type);

        return requests;
    }

    // The first message is the header, where most of what can be wrong is.
    private void ChangeMessage(List<IMessage> requests)
    {
        var at = random.Next(2) == 0 ? 0 : random.Next(requests.Count);
        requests[at] = _messages.Mutate(requests[at]);
    }

    private void ChangeOrder(List<IMessage> requests, MessageDescriptor type)
    {
        var (at, other) = (random.Next(requests.Count), random.Next(requests.Count));
        switch (random.Next(6))
        {
            case 0:
                requests.RemoveAt(at);
                break;
            case 1:
                requests.Insert(other, requests[at]);
                break;
            case 2:
                (requests[at], requests[other]) = (requests[other], requests[at]);
                break;
            case 3:
                requests.RemoveRange(at, requests.Count - at);
                break;
            case 4:
                requests.Insert(at, _messages.Generate(type));
                break;
            default:
                requests.Add(type.Parser.ParseFrom(ByteString.Empty));
                break;
        }
    }
}
