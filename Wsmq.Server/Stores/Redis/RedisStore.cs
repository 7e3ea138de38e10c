using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Live;
using Wsmq.Server.Stores.Redis.Appends;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Server.Stores.Redis.Journals;

namespace Wsmq.Server.Stores.Redis;

/// <summary>The Redis store, for any number of nodes.</summary>
internal sealed class RedisStore : IStore, IBackplaneOwner
{
    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private readonly RedisLanes _lanes;
    private readonly RedisSignals _signals;
    private readonly RedisAccessStore _access;
    private readonly RedisWatch _watch;
    private readonly RedisUsage _usage;
    private readonly RedisNodes _nodes;
    private readonly RedisClock _clock = new(TimeProvider.System);
    private readonly RedisReplicas? _replicas;
    private readonly JournalKeeper _journals;
    private readonly WsmqRedisOptions _options;
    private readonly ILogger _logger;

    public RedisStore(IOptions<WsmqOptions> options, IOptions<WsmqRedisOptions> redisOptions, ILogger<RedisStore> logger)
    {
        (_logger, _options) = (logger, redisOptions.Value);
        _connections = new RedisConnections(redisOptions);
        _keys = new RedisKeys(_options.KeyPrefix, _options.Buckets ?? WsmqRedisOptions.UsualBuckets, RedisSettings.ChannelsOf(_options));
        _lanes = new RedisLanes(_connections, _keys, options.Value, _options.JournalBytes > 0);
        var probe = new SignalProbe(_connections, _lanes, _options);
        Backplane = new RedisBackplane(_connections, _keys);
        _watch = new RedisWatch(_connections, Backplane, probe, _options, logger);
        _signals = new RedisSignals(_connections, _keys, _lanes, options.Value, probe, logger);
        _replicas = _options.ReceiptReplicas > 0 ? new RedisReplicas(_connections, _options, logger) : null;
        var settler = new JournalSettler(_connections, _keys, _lanes, options.Value, logger);
        _journals = new JournalKeeper(_lanes, settler, new ActiveReaders(_connections, _keys, _lanes), _options, TimeProvider.System, logger);
        var script = new AppendScript(_connections, _keys, _lanes, options.Value, _options, _journals);
        var delayed = new RedisDelayed(_connections, _keys, _lanes, _clock, _replicas, options.Value);
        var watched = delayed.Watch(script);
        Delayed = delayed;
        Expiry = new RedisExpiry(_connections, _lanes, options.Value);
        Jobs = new RedisJobs(_connections, _keys, _lanes, _replicas);

        // Jobs that are taken with their append are given out at once: where grants wait for replicas, they are taken in calls of their own.
        var jobScript = new JobAppendScript(_connections, _keys, _lanes, options.Value, _replicas is null ? Jobs.Takers : new JobTakers());
        var primaries = new RedisPrimaries(_connections, _options);
        var tracking = new RedisTracking(_connections, _keys, _lanes);
        Tracking = tracking;
        MessageLog = new RedisMessageLog(
            _connections, _keys, _lanes, _signals, options.Value,
            () => [.. _lanes.All.Select(lane => AppenderOf(lane, watched)), .. _lanes.OfJobs.Select(lane => AppenderOf(lane, jobScript))])
        {
            Tracking = tracking,
        };
        Declarations = new RedisDeclarations(_connections, _keys, _lanes, _signals);
        Memberships = new RedisMembershipStore(_connections, _keys, _lanes, options.Value.Limits.GroupsPerUser, logger);
        DeadLetters = new RedisDeadLetters(_connections, _keys, _lanes, options.Value, tracking);
        _usage = new RedisUsage(_connections, _keys, options.Value, _options);
        Inspection = new RedisInspection(_connections, _keys, _lanes, options.Value);
        Unacknowledged = new RedisUnacknowledged(_connections, _keys, _lanes);
        Runs = new RedisRuns(_connections, _keys);
        LastSeen = new RedisLastSeen(_connections, _keys);
        Cleared = new RedisClearedMessages(_connections, _keys, _lanes, options.Value);
        _access = new RedisAccessStore(_connections, _keys, logger);
        _nodes = new RedisNodes(
            _connections, _lanes, new RedisResponders(_connections, _keys, _lanes.Node), options.Value.Nodes, _clock, logger);

        RedisAppender AppenderOf(RedisLane lane, IBatchScript batches) => new(lane, batches, primaries, _replicas?.Of(lane), logger);
    }

    public event Action? Doubted
    {
        add => _connections.Doubted += value;
        remove => _connections.Doubted -= value;
    }

    public IMessageLog MessageLog { get; }

    public IMembershipStore Memberships { get; }

    public ISignals Signals => _signals;

    public IDeadLetterStore DeadLetters { get; }

    public IDelayedMessages Delayed { get; }

    public IExpiryStore Expiry { get; }

    public IUnacknowledgedStore Unacknowledged { get; }

    public IJobStore Jobs { get; }

    public IDeclarationStore Declarations { get; }

    public IAccessStore Access => _access;

    /// <summary>The connection of the live plane.</summary>
    public RedisBackplane Backplane { get; }

    public IUsageStore Usage => _usage;

    public ILogInspection Inspection { get; }

    public IRunStore Runs { get; }

    public ILastSeenStore LastSeen { get; }

    public ITrackingStore Tracking { get; }

    public IClearedMessages Cleared { get; }

    public INodeStore Nodes => _nodes;

    public long Now => _clock.Now;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (setting, instead) in RedisSettings.WithoutEffect(_options.Configuration))
            Log.RedisSettingWithoutEffect(_logger, setting, instead);
        var patience = new StartPatience(_connections, _options, _logger);
        await patience.RunAsync(() => _connections.ConnectAsync(cancellationToken), cancellationToken);
        try
        {
            await patience.RunAsync(CheckAsync, cancellationToken);
            await _signals.StartAsync();
            await Backplane.StartAsync(cancellationToken);
            await _access.StartAsync();
        }
        catch (Exception e) when ((e as RedisServerException ?? e.InnerException) is RedisServerException denied && RedisErrors.IsDenied(denied))
        {
            // The answer of Redis names the command, and contains no secret.
            throw new InvalidOperationException(RedisErrors.Denied(denied.Message), e);
        }
        catch (RedisCommandException e)
        {
            // The driver rejects what the server does not support, and names the database or the command.
            throw new InvalidOperationException(
                $"Redis does not support defaultDatabase or a command as set in WsmqRedisOptions.Configuration. {e.Message}", e);
        }

        catch (Exception e) when (RedisErrors.NotYet(e) is { } answer)
        {
            throw patience.Failure(answer, e);
        }

        _watch.Start();
        _journals.Start();
    }

    private async Task CheckAsync() => _usage.Learn(await new RedisCheck(_connections, _keys, _lanes, _options, _logger).RunAsync());

    public async Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _nodes.RenewAsync(cancellationToken);
            return true;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreFull)
        {
            return true;
        }
        catch (WsmqException e)
        {
            // A replica may have been promoted without the driver noticing.
            _connections.LookAgain();
            Log.StoreUnavailable(_logger, e);
            return false;
        }
    }

    public bool ReceivesSignals => _watch.ReceivesSignals;

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _journals.DisposeAsync();
        if (_replicas is not null)
            await _replicas.DisposeAsync();
        await _signals.DisposeAsync();
        await Backplane.DisposeAsync();
        await _connections.DisposeAsync();
    }
}
