using System.Net;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Support;

/// <summary>A base class for logs that a test scripts: every method throws unless the test overrides it.</summary>
internal abstract class ScriptedLogBase : IMessageLog, IAppender
{
    public IReadOnlyList<IAppender> Appenders => [this];

    public virtual EndPoint? Server => null;

    public virtual int WeightOf(WsmqAddress to) => 1;

    public int AppenderOf(WsmqAddress address) => 0;

    public virtual Task<AppendResult[]> AppendAsync(
        IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public virtual Task<AckResult[]> AckAsync(IReadOnlyList<AckRequest> batch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public virtual Task<LogPage> ReadAsync(WsmqAddress source, WsmqPosition after, int maxEntries, int maxBytes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public virtual Task<LogPage> ReadStateAsync(
        WsmqAddress source, WsmqPosition after, WsmqPosition through, int maxEntries, int maxBytes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<LogState?[]> StatesAsync(IReadOnlyList<WsmqAddress> sources, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> ForgetDeviceAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<KnownDevice>> DevicesAsync(string user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OpenCursor> OpenCursorAsync(WsmqAddress source, string user, string device, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
