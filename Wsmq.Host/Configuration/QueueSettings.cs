namespace Wsmq.Host.Configuration;

/// <summary>
/// Section <c>Wsmq:Queues:&lt;name&gt;</c>: a work queue and who may use it. The options of the queue are keys of the same section.
/// </summary>
internal sealed class QueueSettings
{
    /// <summary>In a list: every authenticated user.</summary>
    private const string Everyone = "*";

    /// <summary>The identifiers of the users who may send jobs.</summary>
    public string[] Senders { get; set; } = [];

    /// <summary>The identifiers of the users whose connections may work on jobs.</summary>
    public string[] Workers { get; set; } = [];

    /// <summary>The identifiers of the users who may inspect, purge, pause and redrive the queue.</summary>
    public string[] Managers { get; set; } = [];

    public static bool Includes(string[] users, string user) => users.Contains(Everyone, StringComparer.Ordinal) || users.Contains(user, StringComparer.Ordinal);

    /// <exception cref="WsmqException">The name of the queue, or a user's identifier, is invalid.</exception>
    public void Check(string name)
    {
        _ = WsmqAddress.Work(name);
        foreach (var user in Senders.Concat(Workers).Concat(Managers).Where(user => user != Everyone))
            _ = WsmqAddress.User(user);
    }
}
