namespace Wsmq;

/// <summary>The options of the worker of one queue in this process.</summary>
public sealed class WsmqWorkerOptions : WsmqWorkOptions
{
    /// <summary>
    /// The name of the worker: a dead letter names the last one. Default null: the name of the machine and the id of the process; 1 to 128
    /// bytes.
    /// </summary>
    public string? Name { get; set; }
}
