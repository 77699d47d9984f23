// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Clock} from "./Clock.sol";
import {EscrowVault} from "./EscrowVault.sol";
import {Guarded} from "./Guarded.sol";
import {IOrderBook} from "./IOrderBook.sol";
import {ProviderRegistry} from "./ProviderRegistry.sol";

/// @title Where customers dispute reports
/// @notice The owner is the arbiter. It divides what an order has not yet paid between the two sides, and may take stake that is locked for
/// that order; nothing else is in its reach. If it says nothing in time, the order is settled as reported. The guardian can stop the arbiter,
/// not the customers: open disputes then end by default.
contract DisputeCourt is Guarded, Pausable {
    struct Dispute {
        address opener;
        uint64 deadline;
    }

    /// @notice Where the bonds are.
    EscrowVault public immutable VAULT;

    /// @notice The token of the bonds.
    address public immutable BOND_TOKEN;

    /// @notice What opening a dispute takes.
    uint128 public immutable BOND;

    /// @notice Seconds in which the arbiter decides.
    uint64 public immutable DECIDE_WITHIN;

    /// @notice Who deployed the court, and may name the two below once.
    address public immutable DEPLOYER;

    /// @notice The OrderBook; set once.
    IOrderBook public orderBook;

    /// @notice The ProviderRegistry; set once.
    ProviderRegistry public providers;

    mapping(uint64 orderId => Dispute) private _disputes;

    event OrderBookSet(address indexed orderBook, address indexed providers);
    event DisputeOpened(uint64 indexed orderId, address indexed opener, bytes32 evidenceHash, uint128 bond, uint64 deadline);
    event DisputeResolved(uint64 indexed orderId, uint16 customerBps, bool byDefault);

    error ZeroAddress();
    error NotDeployer(address caller);
    error OrderBookAlreadySet(address orderBook);
    error NotCustomer(address caller);
    error UnknownDispute(uint64 orderId);
    error TooLate(uint64 deadline, uint64 timeNow);
    error NotYetDue(uint64 deadline, uint64 timeNow);

    /// @param vault The vault, whose deployer must name this contract as a mover.
    /// @param bondToken The token of the bonds.
    /// @param bond What opening a dispute takes; 0: nothing.
    /// @param decideWithin Seconds in which the arbiter decides.
    /// @param arbiter The owner.
    /// @param guardian_ The guardian, or zero for none.
    constructor(EscrowVault vault, address bondToken, uint128 bond, uint64 decideWithin, address arbiter, address guardian_)
        Guarded(arbiter, guardian_)
    {
        if (address(vault) == address(0) || bondToken == address(0)) revert ZeroAddress();
        VAULT = vault;
        BOND_TOKEN = bondToken;
        BOND = bond;
        DECIDE_WITHIN = decideWithin;
        DEPLOYER = msg.sender;
    }

    /// @notice Names the contracts that carry out what is decided. Works once, for the deployer.
    /// @param book The OrderBook.
    /// @param registry The ProviderRegistry.
    function setOrderBook(IOrderBook book, ProviderRegistry registry) external {
        if (msg.sender != DEPLOYER) revert NotDeployer(msg.sender);
        if (address(orderBook) != address(0)) revert OrderBookAlreadySet(address(orderBook));
        if (address(book) == address(0) || address(registry) == address(0)) revert ZeroAddress();
        orderBook = book;
        providers = registry;
        emit OrderBookSet(address(book), address(registry));
    }

    /// @notice Stops the arbiter. Disputes can still be opened, and end by default.
    function pause() external onlyGuardian {
        _pause();
    }

    /// @notice Lets the arbiter decide again.
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @notice Disputes a report within the order's window, and locks the bond, which the caller must have approved to the vault.
    /// @param orderId An order of the caller that has reported and is not settled.
    /// @param evidenceHash The hash of what is wrong, kept elsewhere.
    function open(uint64 orderId, bytes32 evidenceHash) external {
        if (msg.sender != orderBook.getOrder(orderId).customer) revert NotCustomer(msg.sender);
        uint64 deadline = Clock.timeNow() + DECIDE_WITHIN;
        _disputes[orderId] = Dispute({opener: msg.sender, deadline: deadline});
        emit DisputeOpened(orderId, msg.sender, evidenceHash, BOND, deadline);
        orderBook.dispute(orderId);
        if (BOND != 0) VAULT.lock(_purse(orderId), BOND_TOKEN, msg.sender, BOND);
    }

    /// @notice Decides, before the deadline. The bond goes back if the customer gets anything, and else to slot 0's provider.
    /// @param orderId The order; with no open sub-orders.
    /// @param customerBps What of every part that is not yet paid goes to the customer, in 1/10000.
    /// @param slashedProvider Whose stake is taken.
    /// @param slashAmount How much of what is locked for this order goes to the customer; 0: nothing.
    function resolve(uint64 orderId, uint16 customerBps, address slashedProvider, uint128 slashAmount) external onlyOwner whenNotPaused {
        Dispute memory known = _take(orderId);
        if (Clock.timeNow() >= known.deadline) revert TooLate(known.deadline, Clock.timeNow());
        emit DisputeResolved(orderId, customerBps, false);
        if (slashAmount != 0) providers.slash(slashedProvider, orderId, slashAmount, known.opener);
        _giveBond(orderId, customerBps != 0 ? known.opener : providers.payoutOf(orderBook.getLease(orderId, 0).provider));
        orderBook.resolve(orderId, customerBps);
    }

    /// @notice Settles a disputed order as it was reported, when the arbiter has let the deadline pass. The bond goes back. Anyone may call.
    /// @param orderId The order; with no open sub-orders.
    function conclude(uint64 orderId) external {
        Dispute memory known = _take(orderId);
        if (Clock.timeNow() < known.deadline) revert NotYetDue(known.deadline, Clock.timeNow());
        emit DisputeResolved(orderId, 0, true);
        _giveBond(orderId, known.opener);
        orderBook.resolve(orderId, 0);
    }

    /// @notice An open dispute; one that is over, or never was, has opener 0.
    /// @param orderId The order.
    function disputeOf(uint64 orderId) external view returns (Dispute memory) {
        return _disputes[orderId];
    }

    function _take(uint64 orderId) private returns (Dispute memory known) {
        known = _disputes[orderId];
        if (known.opener == address(0)) revert UnknownDispute(orderId);
        delete _disputes[orderId];
    }

    function _giveBond(uint64 orderId, address to) private {
        if (BOND != 0) VAULT.release(_purse(orderId), to, BOND);
    }

    function _purse(uint64 orderId) private pure returns (bytes32) {
        return bytes32(uint256(orderId));
    }
}
