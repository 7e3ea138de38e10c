namespace Wsmq.Server.Logs;

/// <summary>Bytes that a user's messages took of one log.</summary>
/// <param name="Name">The address.</param>
/// <param name="Last">The newest of the entries.</param>
/// <param name="Bytes">How much.</param>
internal readonly record struct UsageItem(string Name, WsmqPosition Last, long Bytes);

/// <summary>What is added to the account of a user.</summary>
/// <param name="Items">One for each log.</param>
/// <param name="Permanent">What is never given back: the addresses that the user brought into being.</param>
/// <param name="Apart">From so many bytes on logs are kept apart; below that all of them are one item that goes by age only.</param>
/// <param name="Ahead">By how much the charge moves on the moment at which the user's rate of bytes is paid for.</param>
internal sealed record UsageCharge(IReadOnlyList<UsageItem> Items, long Permanent, long Apart, TimeSpan Ahead);

/// <param name="Bytes">All that is charged to the user, by every node.</param>
/// <param name="Ahead">How far the moment at which the user's rate of bytes is paid for, over all nodes, lies in the future.</param>
internal readonly record struct UsageSum(long Bytes, TimeSpan Ahead);

/// <summary>An item as it is kept: when what was charged, see <see cref="UsageMarks"/>.</summary>
internal readonly record struct UsagePart(string Name, string Marks);

/// <summary>A part takes the place of what it was, unless another node was faster.</summary>
/// <param name="Name">Which.</param>
/// <param name="Before">What it was.</param>
/// <param name="After">What it is to be; nothing where it goes.</param>
/// <param name="Bytes">By how much the sum falls.</param>
internal readonly record struct UsageChange(string Name, string Before, string After, long Bytes);

/// <summary>
/// The account of each user: what the store keeps because of the user. Nodes add to it a few seconds behind the appends, and give back
/// what is gone; what is older than the longest retention falls away by itself. Throws <see cref="WsmqException"/> with
/// <c>store-unavailable</c>; what was to be added may then have been added.
/// </summary>
internal interface IUsageStore
{
    /// <summary>What the shares of users are taken of, in bytes; known once the store was started.</summary>
    long Capacity { get; }

    /// <summary>What an entry takes, with its id and its place in the log.</summary>
    long CostOf(int bytes);

    /// <summary>What an address takes for good, once it exists.</summary>
    long CostOfAddress(WsmqAddress address);

    Task<UsageSum> AddAsync(string user, UsageCharge charge, CancellationToken cancellationToken);

    /// <summary>All that is kept apart; at most about a thousand.</summary>
    Task<IReadOnlyList<UsagePart>> PartsAsync(string user, CancellationToken cancellationToken);

    /// <summary>Returns the sum.</summary>
    Task<long> ChangeAsync(string user, IReadOnlyList<UsageChange> changes, CancellationToken cancellationToken);
}
