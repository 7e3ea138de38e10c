namespace Wsmq.Tests.Client;

/// <content>Tracked messages.</content>
public sealed partial class ScriptedHub
{
    public Task<WsmqMessageStatus?> MessageStatus(string to, string? position, string? id)
    {
        script.StatusCalls.Enqueue((to, position, id));
        return Task.FromResult(script.OnStatus(to, position, id));
    }

    public Task<WsmqMessageStatus[]> TrackedMessages(string to, string? after) => Task.FromResult(Array.Empty<WsmqMessageStatus>());

    public Task<WsmqReaderStatus[]> MessageReaders(string to, string position, string? after) => Task.FromResult(Array.Empty<WsmqReaderStatus>());
}
