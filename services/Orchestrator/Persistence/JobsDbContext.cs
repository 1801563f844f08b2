using Microsoft.EntityFrameworkCore;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// The orchestrator's tables. Only integers, floating-point numbers, truth values, text and bytes are stored, so that one set of migrations serves
/// every provider and times sort the same everywhere; texts sort by their code points on all of them.
/// </summary>
/// <param name="options">Provider and connection.</param>
public sealed class JobsDbContext(DbContextOptions<JobsDbContext> options) : DbContext(options)
{
    internal const int IdLength = 64;
    internal const int NameLength = 256;
    internal const int DigestLength = 64;
    internal const int TraceParentLength = 64;

    /// <summary>What sorts texts by code points on PostgreSQL, as SQLite does of itself.</summary>
    internal const string PostgresCollation = "C";

    /// <summary>The jobs.</summary>
    public DbSet<Job> Jobs => Set<Job>();

    /// <summary>Their histories.</summary>
    public DbSet<JobEvent> Events => Set<JobEvent>();

    /// <summary>Their names for stored bytes.</summary>
    public DbSet<JobArtifact> Artifacts => Set<JobArtifact>();

    /// <summary>Their labels.</summary>
    public DbSet<JobLabel> Labels => Set<JobLabel>();

    /// <summary>Results that other jobs may use.</summary>
    public DbSet<CacheEntry> CacheEntries => Set<CacheEntry>();

    /// <summary>The bytes of those results.</summary>
    public DbSet<CacheArtifact> CacheArtifacts => Set<CacheArtifact>();

    /// <summary>One row, for several questions in one: each becomes a column of it.</summary>
    internal IQueryable<int> OneRow => Database.SqlQuery<int>($"SELECT 1 AS \"Value\"");

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        configurationBuilder.Properties<TimeSpan>().HaveConversion<DurationTicksConverter>();
        configurationBuilder.Properties<ArtifactDigest>().HaveConversion<DigestConverter>().HaveMaxLength(DigestLength);
        if (!Database.IsNpgsql())
            return;

        configurationBuilder.Properties<string>().UseCollation(PostgresCollation);
        configurationBuilder.Properties<ArtifactDigest>().UseCollation(PostgresCollation);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Job>(job =>
        {
            job.ToTable("jobs");
            job.HasKey(row => row.Id);
            job.Property(row => row.Id).HasMaxLength(IdLength);
            job.Property(row => row.Caller).HasMaxLength(NameLength);
            job.Property(row => row.RequestId).HasMaxLength(NameLength);
            job.Property(row => row.Fingerprint).HasMaxLength(DigestLength);
            job.Property(row => row.TraceParent).HasMaxLength(TraceParentLength);
            job.Property(row => row.LeaseOwner).HasMaxLength(NameLength);
            job.Property(row => row.Version).IsConcurrencyToken();
            job.ComplexProperty(row => row.Clip);
            job.Ignore(row => row.Lease);
            job.HasIndex(row => new { row.Caller, row.RequestId }).IsUnique();
            job.HasIndex(row => new { row.State, row.QueueTag, row.Id });
            job.HasIndex(row => new { row.Caller, row.QueueTag });
            job.HasIndex(row => row.QueueTag);
            job.HasIndex(row => new { row.Caller, row.State, row.Priority, row.QueueTag, row.Id }).IsDescending(false, false, true, false, false);
            job.HasIndex(row => row.Source);
            job.HasIndex(row => new { row.Caller, row.SubmittedAt, row.Id });
            job.HasIndex(row => row.ExpiresAt);
            job.HasMany(row => row.Events).WithOne().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
            job.HasMany(row => row.Artifacts).WithOne().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
            job.HasMany(row => row.StageRuns).WithOne().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
            job.HasMany(row => row.Labels).WithOne().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<JobEvent>(entry =>
        {
            entry.ToTable("job_events");
            entry.HasKey(row => new { row.JobId, row.Sequence });
            entry.Property(row => row.JobId).HasMaxLength(IdLength);
            entry.Property(row => row.Sequence).ValueGeneratedNever();
        });
        modelBuilder.Entity<JobArtifact>(artifact =>
        {
            artifact.ToTable("job_artifacts");
            artifact.HasKey(row => new { row.JobId, row.Name });
            artifact.Property(row => row.JobId).HasMaxLength(IdLength);
            artifact.Property(row => row.Name).HasMaxLength(NameLength);
            artifact.Property(row => row.MediaType).HasMaxLength(NameLength);
            artifact.Ignore(row => row.Reference);
            artifact.Ignore(row => row.IsPublic);
            artifact.HasIndex(row => row.Digest);
        });
        modelBuilder.Entity<JobStageRun>(run =>
        {
            run.ToTable("job_stage_runs");
            run.HasKey(row => new { row.JobId, row.Stage });
            run.Property(row => row.JobId).HasMaxLength(IdLength);
        });
        modelBuilder.Entity<JobLabel>(label =>
        {
            label.ToTable("job_labels");
            label.HasKey(row => new { row.JobId, row.Key });
            label.Property(row => row.JobId).HasMaxLength(IdLength);
            label.Property(row => row.Key).HasMaxLength(NameLength);
            label.Property(row => row.Value).HasMaxLength(NameLength);
            label.HasIndex(row => new { row.Key, row.Value });
        });
        modelBuilder.Entity<CacheEntry>(entry =>
        {
            entry.ToTable("cache_entries");
            entry.HasKey(row => row.Key);
            entry.Property(row => row.Key).HasMaxLength(DigestLength);
            entry.Property(row => row.Kind).HasMaxLength(IdLength);
            entry.HasIndex(row => row.Source);
            entry.HasIndex(row => row.LastUsedAt);
            entry.HasMany(row => row.Artifacts).WithOne().HasForeignKey(row => row.Key).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<CacheArtifact>(artifact =>
        {
            artifact.ToTable("cache_artifacts");
            artifact.HasKey(row => new { row.Key, row.Name });
            artifact.Property(row => row.Key).HasMaxLength(DigestLength);
            artifact.Property(row => row.Name).HasMaxLength(NameLength);
            artifact.HasIndex(row => row.Digest);
        });
    }
}
