namespace Wsmq.Benchmarks.Load;

/// <summary>A load beside the one that is measured. Ends when it is disposed.</summary>
internal interface ISideLoad : IAsyncDisposable
{
    /// <summary>What it did, as a sentence without a full stop.</summary>
    string Summary { get; }

    Task StartAsync(CancellationToken cancellationToken);
}
