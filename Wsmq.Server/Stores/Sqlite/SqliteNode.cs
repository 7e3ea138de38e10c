namespace Wsmq.Server.Stores.Sqlite;

/// <summary>The only node of a deployment on SQLite.</summary>
internal sealed class SqliteNode : INodeStore
{
    private readonly NodeHandlers _handlers = new();
    private Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? _answer;

    public string Kind => "sqlite";

    public string Self { get; } = NodeIds.Next();

    public Task JoinAsync(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> answer, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _answer, answer);
        return Task.CompletedTask;
    }

    public IResponderStore Responders { get; } = new SqliteResponders();

    public void Handle(NodeMessageKind kind, Action<ReadOnlyMemory<byte>> handler) => _handlers.Add(kind, handler);

    public Task<bool> SendAsync(string node, NodeMessageKind kind, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        Task.FromResult(node == Self && _handlers.TryHandle(kind, message));

    public Task LeaveAsync()
    {
        Volatile.Write(ref _answer, null);
        return Task.CompletedTask;
    }

    public Task<NodeReplies> AskAsync(ReadOnlyMemory<byte> question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (Volatile.Read(ref _answer) is { } answer)
            answers.Add(Self, answer(question));
        return Task.FromResult(new NodeReplies(answers, []));
    }
}
