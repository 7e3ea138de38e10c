using System.Runtime.ExceptionServices;

namespace Wsmq.Benchmarks.Load;

/// <summary>The first failure of any connection. All waiting during a run goes through it, so that a failure ends the run.</summary>
internal sealed class LoadFailure
{
    private readonly TaskCompletionSource<Exception> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set(Exception e) => _first.TrySetResult(e);

    public async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.WhenAny(_first.Task, Task.Delay(time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        Throw();
    }

    /// <summary>Throws the failure, if there was one.</summary>
    public void Throw()
    {
        if (_first.Task.IsCompletedSuccessfully)
            ExceptionDispatchInfo.Throw(_first.Task.Result);
    }

    /// <summary>Polls, because the conditions depend on counters of many connections, which raise no signal.</summary>
    public async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await WaitAsync(TimeSpan.FromMilliseconds(5), cancellationToken);
    }
}
