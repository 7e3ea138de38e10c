using System.Collections.Concurrent;
using System.Text;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Jobs that are taken in the calls that store some.</summary>
public sealed class JobTakerTests(SharedRedis redis) : IClassFixture<SharedRedis>, IAsyncLifetime
{
    private const long Second = 1_000_000;
    private const int Buckets = 64;

    private static readonly WsmqAddress Queue = WsmqAddress.Work("jobs");

    private static readonly QueueRules Rules = new()
    {
        Lease = 600 * Second, MaxAttempts = 3, MaxLostLeases = 9, MinBackoff = 0, MaxBackoff = 0, MaxDeadLetters = 100,
        MaxDeadLetterBytes = 1 << 20, MaxDeadLetterAge = 3_600 * Second,
    };

    private readonly ConcurrentQueue<Signal> _heard = new();
    private readonly Taker _taker = new();
    private string _prefix = "";
    private RedisHarness _node = null!;
    private RedisHarness _other = null!;

    public async Task InitializeAsync()
    {
        _prefix = redis.NextPrefix();
        _node = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        _other = await RedisHarness.StartAsync(redis.Server.EndPoint, _prefix, new WsmqOptions());
        await _other.Store.Signals.SubscribeAsync(Queue, _heard.Enqueue, default);
        _node.Store.Jobs.Takers.Add(Queue, _taker);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task A_job_is_taken_in_the_call_that_stores_it_and_no_node_is_signalled()
    {
        _taker.Credit = 1;
        var taken = await AddAsync("1");
        _taker.Credit = 0;
        var next = await AddAsync("2");

        await Eventually.That("the next job is signalled", () => !_heard.IsEmpty);
        _heard.Select(s => s.Position).Should().Equal(next);
        var job = _taker.Ended.Single()!.Jobs.Single();
        (job.Lease.Job, job.Attempt, job.Lost, Encoding.UTF8.GetString(job.Body.Span)).Should().Be((taken, 1, 0, "1"));
        (await _node.Store.Jobs.SettleAsync(Queue, [new Settlement(job.Lease, SettlementKind.Complete)], Rules, default))
            .Should().Equal(SettleResult.Done);
        (await _node.Store.Jobs.InfoAsync(Queue, default)).Ready.Should().Be(1);
    }

    [Fact]
    public async Task Of_more_jobs_than_are_taken_the_rest_is_signalled()
    {
        _taker.Credit = 2;

        var positions = await _node.AddManyAsync(Queue, 3);

        await Eventually.That("the rest is signalled", () => !_heard.IsEmpty);
        var result = _taker.Ended.Single()!;
        result.Jobs.Select(j => j.Lease.Job).Should().Equal(positions.Take(2));
        (result.More, _taker.Asked.Single()).Should().Be((true, 3));
    }

    [Fact]
    public async Task A_job_that_waited_for_longer_is_taken_first_and_the_new_one_is_signalled()
    {
        var before = await AddAsync("1");
        _taker.Credit = 1;
        var after = await AddAsync("2");

        await Eventually.That("both are signalled", () => _heard.Count == 2);
        _heard.Select(s => s.Position).Should().Equal(before, after);
        _taker.Ended.Single()!.Jobs.Select(j => j.Lease.Job).Should().Equal(before);
    }

    [Fact]
    public async Task A_delayed_job_is_signalled_and_the_taker_learns_when_it_is_due()
    {
        _taker.Credit = 1;
        await _node.AppendAsync(_node.New(Queue) with { Job = new JobTerms { Delay = 600 * Second } });

        await Eventually.That("it is signalled", () => !_heard.IsEmpty);
        var result = _taker.Ended.Single()!;
        result.Jobs.Should().BeEmpty();
        (result.NextDue - result.Now).Should().Be(600 * Second);
    }

    [Fact]
    public async Task A_duplicate_takes_nothing()
    {
        var message = _node.New(Queue);
        await _node.AppendAsync(message);
        _taker.Credit = 1;

        (await _node.AppendAsync(message)).Single().Duplicate.Should().BeTrue();

        _taker.Ended.Should().Equal([null]);
        _taker.Failures.Should().Be(0);
    }

    [Fact]
    public async Task Each_queue_of_a_batch_has_a_take_of_its_own()
    {
        var lane = _node.Log.AppenderOf(Queue);
        var others = Enumerable.Range(0, 1_000).Select(i => WsmqAddress.Work($"q{i}")).Where(q => _node.Log.AppenderOf(q) == lane).Take(2).ToArray();
        var third = new Taker { Credit = 5 };
        _node.Store.Jobs.Takers.Add(others[1], third);
        _taker.Credit = 5;

        await _node.AppendAsync(
            _node.New(Queue, "1"), _node.New(others[0], "2"), _node.New(others[1], "3"), _node.New(Queue, "4"), _node.New(others[1], "5"));

        Bodies(_taker).Should().Equal("1", "4");
        Bodies(third).Should().Equal("3", "5");
        (await _node.Store.Jobs.InfoAsync(others[0], default)).Ready.Should().Be(1);
    }

    [Fact]
    public async Task A_take_ends_also_if_the_call_fails()
    {
        _taker.Credit = 1;
        var appender = _node.Log.Appenders[_node.Log.AppenderOf(Queue)];

        await FluentActions.Awaiting(() => appender.AppendAsync([_node.New(Queue)], follows: false, new CancellationToken(true)))
            .Should().ThrowAsync<OperationCanceledException>();

        _taker.Ended.Should().Equal([null]);
        _taker.Failures.Should().Be(1);
    }

    [Fact]
    public async Task A_take_that_fails_does_not_fail_the_append_and_the_job_is_signalled()
    {
        await using var admin = await AdminConnection.OpenAsync(redis.Server.EndPoint);
        await admin.GetDatabase().StringSetAsync(new RedisKeys(_prefix, Buckets).Of(Queue).Queue[2], "not a hash");
        _taker.Credit = 1;

        var stored = await AddAsync("1");

        await Eventually.That("it is signalled", () => !_heard.IsEmpty);
        _heard.Single().Position.Should().Be(stored);
        _taker.Ended.Should().Equal([null]);
    }

    [Fact]
    public async Task Where_receipts_wait_for_replicas_jobs_are_taken_in_calls_of_their_own()
    {
        await using var node = await RedisHarness.StartAsync(
            redis.Server.EndPoint, redis.NextPrefix(), new WsmqOptions(), r => r.ReceiptReplicas = 1);
        var taker = new Taker { Credit = 1 };
        node.Store.Jobs.Takers.Add(Queue, taker);

        await node.Log.Appenders[node.Log.AppenderOf(Queue)].AppendAsync([node.New(Queue)], follows: false, default);

        taker.Asked.Should().BeEmpty();
        (await node.Store.Jobs.InfoAsync(Queue, default)).Ready.Should().Be(1);
    }

    private async Task<WsmqPosition> AddAsync(string body) => (await _node.AppendAsync(_node.New(Queue, body)))[0].Position;

    private static IEnumerable<string> Bodies(Taker taker) => taker.Ended.Single()!.Jobs.Select(j => Encoding.UTF8.GetString(j.Body.Span));

    private sealed class Taker : IJobTaker
    {
        public int Credit { get; set; }

        public List<int> Asked { get; } = [];

        public ConcurrentQueue<TakenJobs?> Ended { get; } = new();

        public int Failures { get; private set; }

        public JobTake? Begin(int jobs)
        {
            Asked.Add(jobs);
            return Credit == 0 ? null : new JobTake(
                new TakeRequest([new JobConsumer("consumer", Credit)]), Rules, Ended.Enqueue, () => Failures++);
        }
    }
}
