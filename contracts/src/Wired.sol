// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title A contract that learns of the OrderBook once, after both are deployed
abstract contract Wired {
    /// @notice Who deployed this contract, and may name the OrderBook once.
    address public immutable DEPLOYER;

    /// @notice The OrderBook; set once.
    address public orderBook;

    event OrderBookSet(address indexed orderBook);

    error NotDeployer(address caller);
    error NotOrderBook(address caller);
    error OrderBookAlreadySet(address orderBook);
    error ZeroAddress();

    modifier onlyOrderBook() {
        _onlyOrderBook();
        _;
    }

    /// @notice The deployer must then name the OrderBook.
    constructor() {
        DEPLOYER = msg.sender;
    }

    function _setOrderBook(address book) internal {
        if (msg.sender != DEPLOYER) revert NotDeployer(msg.sender);
        if (orderBook != address(0)) revert OrderBookAlreadySet(orderBook);
        if (book == address(0)) revert ZeroAddress();
        orderBook = book;
        emit OrderBookSet(book);
    }

    function _onlyOrderBook() private view {
        if (msg.sender != orderBook) revert NotOrderBook(msg.sender);
    }
}
